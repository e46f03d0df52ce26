/* Tells this site, and nobody else, that a page was seen. Loaded only where the visitor agreed to the counting, and the
   server counts by the choice that the request itself carries. Of the device it tells one of three kinds. */

const root = document.documentElement;
let isTold = false;

function device() {
  if (!matchMedia("(pointer: coarse)").matches) return "desktop";
  return Math.min(screen.width, screen.height) < 600 ? "phone" : "tablet";
}

function tell() {
  if (isTold || document.prerendering || !root.dataset.agreed.split(" ").includes("usage")) return;
  isTold = true;
  fetch("/seen/", {
    method: "POST",
    body: new URLSearchParams({ page: location.pathname, device: device() }),
    headers: { Accept: "application/json" },
    credentials: "same-origin",
    keepalive: true,
    redirect: "error",
  }).catch(() => {}); // a view that could not be counted is nothing to trouble the visitor with
}

tell();
document.addEventListener("choice", tell);
// A page made ready in advance is not seen yet; one that the "back" button brings up again is seen again.
document.addEventListener("prerenderingchange", tell);
addEventListener("pageshow", ({ persisted }) => {
  if (persisted) isTold = false;
  tell();
});
