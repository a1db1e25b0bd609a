"""The floor: a bare Flask application that makes the same two writes, one row and one file, both on the disk."""

import os
import sqlite3
from pathlib import Path
from threading import local

import psycopg
from flask import Flask, Response, request
from twilio.request_validator import RequestValidator
from wechatpy.crypto import WeChatCrypto

from field.messaging.providers.wechat_xml import read

HOME = Path(os.environ["FIELD_HOME"])
URL = os.environ["FIELD_DATABASE_URL"]
app = Flask(__name__)
kept = local()


def connection() -> sqlite3.Connection | psycopg.Connection[tuple[object, ...]]:
    """This thread's own connection."""
    if not hasattr(kept, "connection"):
        if URL.startswith("sqlite"):
            kept.connection = sqlite3.connect(URL.removeprefix("sqlite:///"), timeout=30)
            kept.connection.execute("PRAGMA journal_mode=WAL")
            kept.connection.execute("PRAGMA synchronous=FULL")
        else:
            kept.connection = psycopg.connect(URL.replace("+psycopg", ""))
    own: sqlite3.Connection = kept.connection
    return own


@app.get("/api/openapi.json")
def ready() -> Response:
    return Response("{}")


@app.post("/api/visits")
def row() -> Response:
    """One row."""
    mark = "?" if URL.startswith("sqlite") else "%s"
    body = request.get_json()
    statement = f"INSERT INTO bare (id, body) VALUES ({mark}, {mark})"
    connection().execute(statement, (body["id"], request.get_data(as_text=True)))
    connection().commit()
    return Response(status=201)


@app.post("/hooks/twilio")
def message() -> Response:
    """One row, if the form is signed."""
    signed = RequestValidator(os.environ["TWILIO_AUTH_TOKEN"])
    url = f"{os.environ['FIELD_PUBLIC_URL']}/hooks/twilio"
    if not signed.validate(url, request.form, request.headers.get("X-Twilio-Signature", "")):
        return Response(status=403)
    mark = "?" if URL.startswith("sqlite") else "%s"
    statement = f"INSERT INTO bare (id, body) VALUES ({mark}, {mark})"
    connection().execute(statement, (request.form["MessageSid"], request.form["Body"]))
    connection().commit()
    return Response("<Response/>")


@app.post("/hooks/wechat")
def letter() -> Response:
    """One row, if the letter is signed and opens, and a sealed answer."""
    own = WeChatCrypto(*(os.environ[f"WECHAT_{name}"] for name in ("TOKEN", "AES_KEY", "APP_ID")))
    sent = request.args
    inside = own.decrypt_message(request.get_data(), sent["msg_signature"], sent["timestamp"], sent["nonce"])
    said = read(inside.encode())
    mark = "?" if URL.startswith("sqlite") else "%s"
    statement = f"INSERT INTO bare (id, body) VALUES ({mark}, {mark})"
    connection().execute(statement, (said["MsgId"], said["Content"]))
    connection().commit()
    return Response(own.encrypt_message(inside, sent["nonce"], sent["timestamp"]))


@app.put("/api/evidence/<name>")
def file(name: str) -> Response:
    """One file, whole or not at all, there after a power cut."""
    part = HOME / f"{name}.part"
    with part.open("wb") as out:
        out.write(request.get_data())
        out.flush()
        os.fsync(out.fileno())
    part.rename(HOME / name)
    folder = os.open(HOME, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return Response(status=201)
