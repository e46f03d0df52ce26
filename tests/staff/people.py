"""The people of the staff's tests: Alice may do everything, Bob answers inquiries, Charlie has no second factor yet,
Dana is signed in but no member of staff, Eve has no permission at all, Frank keeps the register."""

import time

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, User
from django.test import Client

PASSWORD = "a long pass phrase of 2026"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def create_alice() -> User:
    return with_second_factor(User.objects.create_superuser("alice", password=PASSWORD, first_name="Alice"))


def create_bob() -> User:
    bob = User.objects.create_user("bob", password=PASSWORD, is_staff=True)
    bob.groups.add(Group.objects.get(name="agent"))
    return with_second_factor(bob)


def create_charlie() -> User:
    return User.objects.create_user("charlie", password=PASSWORD, is_staff=True)


def create_dana() -> User:
    return with_second_factor(User.objects.create_user("dana", password=PASSWORD))


def create_eve() -> User:
    """Staff with a second factor and without any permission."""
    return with_second_factor(User.objects.create_user("eve", password=PASSWORD, is_staff=True))


def create_frank() -> User:
    frank = User.objects.create_user("frank", password=PASSWORD, is_staff=True)
    frank.groups.add(Group.objects.get(name="registrar"))
    return with_second_factor(frank)


def with_second_factor(user: User) -> User:
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt(SECRET)}
    )
    return user


def sign_in(user: User, *methods: str) -> Client:
    """Return a client whose session `user` opened by these methods; by password and second factor unless told."""
    client = Client()
    client.force_login(user)
    session = client.session
    used = methods or ("password", "mfa")
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": method, "at": time.time()} for method in used]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
    return client
