"""Print, as JSON, what stands in a site's database: each inquiry by its token, opened."""

import json

import django


def main() -> None:
    django.setup()
    from inquiries import sealing
    from inquiries.models import Inquiry

    rows = [
        {
            "token_digest": inquiry.token_digest,
            "reference": inquiry.reference,
            "subject": sealing.open_sealed(bytes(inquiry.sealed), sealing.inquiry_context(inquiry.reference))[
                "subject"
            ],
            "acknowledgements": inquiry.outbox.count(),
        }
        for inquiry in Inquiry.objects.prefetch_related("outbox")
    ]
    print(json.dumps(rows))


if __name__ == "__main__":
    main()
