"""Texts of signing in from elsewhere, Danish and English."""

from typing import Final

SIGN_IN: Final[dict[str, tuple[str, str]]] = {
    "state.sign_in": ("LOG PÅ", "SIGN IN"),
    "sign_in.title": ("Log på som leder", "Sign in as supervisor"),
    "sign_in.open": ("Åbn denne adresse i en browser:", "Open this address in a browser:"),
    "sign_in.code": ("Skriv koden:", "Type the code:"),
    "sign_in.direct": ("Eller åbn den med koden i:", "Or open it with the code in it:"),
    "sign_in.until": ("Koden gælder i {age}.", "The code is good for {age}."),
    "sign_in.help": (
        "Skriv kun koden, når du selv har åbnet konsollen. {keys[back]} skjuler dette, {keys[palette]} viser det igen.",
        "Type the code only if you opened the console yourself. {keys[back]} hides this, {keys[palette]} has it again.",
    ),
    "sign_in.origin": (
        "{given} er ikke en adresse som https://portner.example.",
        "{given} is no address such as https://portner.example.",
    ),
    "lost.signed_out": ("du er logget af", "you are signed out"),
    "lost.sign_in_denied": ("login blev afvist eller afbrudt", "signing in was denied or cancelled"),
    "lost.sign_in_expired": ("koden er udløbet", "the code has expired"),
    "lost.sign_in_refused": ("login-tjenesten afviser konsollen", "the sign-on refuses the console"),
    "lost.sign_in_unreadable": ("login-tjenesten svarer uforståeligt", "the sign-on's answer cannot be read"),
    "lost.sign_in_no_device": ("login-tjenesten kan ikke logge en konsol på", "the sign-on cannot sign a console in"),
    "lost.sign_in_down": ("login-tjenesten svarer ikke", "the sign-on does not answer"),
    "lost.sign_in_off": ("der er ingen adgang herfra på den adresse", "there is no console at that address"),
}
