"""A real SMTP server (aiosmtpd) for the tests: says on stdout where it listens and whom it trusts, and then each mail that it
takes, one JSON object a line. Ends when its stdin does.

Takes mail for everybody but `unknown@...` (550, for good) and `later@...` (451, for now). With `--tls starttls` it wants TLS
before it is told anything, and the name `portal` with the password `correct horse`.
"""

import argparse
import email
import email.policy
import json
import socket
import ssl
import sys

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


def say(**what):
    print(json.dumps(what), flush=True)


class Inbox:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("unknown@"):
            return "550 5.1.1 No such person here"
        if address.startswith("later@"):
            return "451 4.3.0 Not now"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        say(
            sender=envelope.mail_from,
            recipients=envelope.rcpt_tos,
            headers={name.lower(): str(value) for name, value in mail.items()},
            type=mail.get_content_type(),
            text=parts.get("text/plain"),
            html=parts.get("text/html"),
            tls=session.ssl is not None,
            authenticated=session.authenticated,
        )
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and data.login == b"portal" and data.password == b"correct horse"
    return AuthResult(success=right, handled=right)


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--tls", choices=["plain", "starttls"], required=True)
    chosen = arguments.parse_args()
    authority = trustme.CA()
    secured = {}
    if chosen.tls == "starttls":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("127.0.0.1", "localhost").configure_cert(context)
        secured = {"tls_context": context, "require_starttls": True, "auth_required": True, "authenticator": authenticate}
    controller = Controller(Inbox(), hostname="127.0.0.1", port=0, **secured)
    # aiosmtpd asks its own port whether it is up, and knows no port before it is: any free one is found here.
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        controller.port = found.getsockname()[1]
    controller.start()
    say(port=controller.port, authority=authority.cert_pem.bytes().decode())
    sys.stdin.read()
    controller.stop()


if __name__ == "__main__":
    main()
