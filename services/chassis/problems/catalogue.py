"""The problems of the edges themselves; a service declares its own beside its routes."""

from __future__ import annotations

from services.chassis.problems.problem import kind

_SIGN_IN = ("ต้องเข้าสู่ระบบ", "Sign in first")
_TOKEN = ("โทเคนใช้ไม่ได้", "The token cannot be used")
_RIGHTS = ("ไม่มีสิทธิ์", "Not allowed")
_BODY = ("อ่านข้อมูลที่ส่งมาไม่ได้", "The body cannot be read")
_HEADER = ("อ่านส่วนหัวของคำขอไม่ได้", "A header cannot be read")
_LATER = ("ระบบยังไม่พร้อม", "Not available now")
_LARGE = ("ข้อมูลใหญ่เกินไป", "Too large")

TOKEN_MISSING = kind(
    "token-missing", 401, title=_SIGN_IN,
    th="คำขอนี้ต้องมีโทเคน กรุณาเข้าสู่ระบบแล้วส่งส่วนหัว Authorization: Bearer …",
    en="This needs a token. Sign in and send the header Authorization: Bearer …",
)  # fmt: skip
TOKEN_MALFORMED = kind(
    "token-malformed", 401, title=_TOKEN,
    th="โทเคนไม่ครบถ้วนหรืออ่านไม่ได้ กรุณาเข้าสู่ระบบอีกครั้ง",
    en="The token is incomplete or cannot be read. Sign in again.",
)  # fmt: skip
TOKEN_EXPIRED = kind(
    "token-expired", 401, title=_TOKEN,
    th="โทเคนหมดอายุแล้ว กรุณาเข้าสู่ระบบอีกครั้ง",
    en="The token has expired. Sign in again.",
)  # fmt: skip
TOKEN_EARLY = kind(
    "token-not-yet-valid", 401, title=_TOKEN,
    th="โทเคนยังไม่ถึงเวลาใช้งาน กรุณาตรวจสอบนาฬิกาของเครื่อง",
    en="The token is not valid yet. Look at the clock of the machine.",
)  # fmt: skip
TOKEN_SIGNATURE = kind(
    "token-signature", 401, title=_TOKEN,
    th="ลายเซ็นของโทเคนไม่ถูกต้อง จึงไม่ทราบว่าใครเป็นผู้ออก กรุณาเข้าสู่ระบบอีกครั้ง",
    en="The token's signature is wrong, so nobody knows who issued it. Sign in again.",
)  # fmt: skip
TOKEN_KEY = kind(
    "token-key-unknown", 401, title=_TOKEN,
    th="โทเคนลงนามด้วยกุญแจที่ผู้ออกโทเคนไม่ได้ประกาศ กรุณาเข้าสู่ระบบอีกครั้ง",
    en="The token is signed with a key that its issuer does not publish. Sign in again.",
)  # fmt: skip
TOKEN_AUDIENCE = kind(
    "token-audience", 401, title=_TOKEN,
    th="โทเคนนี้ออกให้ใช้กับระบบอื่น",
    en="This token was issued for another system.",
)  # fmt: skip
TOKEN_ISSUER = kind(
    "token-issuer", 401, title=_TOKEN,
    th="โทเคนนี้มาจากผู้ออกโทเคนรายอื่นที่ระบบไม่รู้จัก",
    en="This token comes from an issuer that this system does not trust.",
)  # fmt: skip
ISSUER_UNREACHABLE = kind(
    "issuer-unreachable", 503, title=_LATER,
    th="ติดต่อผู้ออกโทเคนไม่ได้ จึงตรวจสอบโทเคนไม่ได้ กรุณาลองใหม่ภายหลัง",
    en="The issuer cannot be reached, so tokens cannot be checked. Try again later.",
)  # fmt: skip
SESSION_EXPIRED = kind(
    "session-expired", 401, title=_SIGN_IN,
    th="หมดเวลาการเข้าสู่ระบบแล้ว ยังไม่มีการบันทึก กรุณาเข้าสู่ระบบอีกครั้งแล้วส่งใหม่",
    en="Your session has ended; nothing was written. Sign in again, then send it again.",
)  # fmt: skip
SESSION_UNREADABLE = kind(
    "session-unreadable", 401, title=_SIGN_IN,
    th="อ่านข้อมูลการเข้าสู่ระบบในเบราว์เซอร์ไม่ได้ กรุณาเข้าสู่ระบบอีกครั้ง",
    en="What your browser kept of your session cannot be read. Sign in again.",
)  # fmt: skip
LOGIN_LOST = kind(
    "login-lost", 400, title=("เข้าสู่ระบบไม่สำเร็จ", "Signing in did not work"),
    th="การเข้าสู่ระบบครั้งนี้ใช้เวลานานเกินไป หรือเริ่มจากเบราว์เซอร์อื่น กรุณาเริ่มเข้าสู่ระบบใหม่",
    en="This log-in took too long, or was begun in another browser. Begin again.",
)  # fmt: skip
LOGIN_REFUSED = kind(
    "login-refused", 403, title=("เข้าสู่ระบบไม่สำเร็จ", "Signing in did not work"),
    th="ระบบยืนยันตัวตนไม่ยืนยันการเข้าสู่ระบบครั้งนี้ กรุณาลองอีกครั้ง",
    en="The issuer did not confirm this log-in. Try again.",
)  # fmt: skip
FOREIGN_PAGE = kind(
    "foreign-page", 403, title=_RIGHTS,
    th="คำขอนี้ไม่ได้ส่งมาจากหน้าเว็บของระบบ จึงไม่รับ กรุณาเปิดหน้าของระบบแล้วทำรายการใหม่",
    en="This was not sent from a page of this system, so it is not done. Open our own page and do it there.",
)  # fmt: skip
CSRF_TOKEN = kind(
    "csrf-token", 403, title=_RIGHTS,
    th="แบบฟอร์มนี้ไม่ตรงกับการเข้าสู่ระบบปัจจุบัน ยังไม่มีการบันทึก กรุณาเปิดหน้านี้ใหม่แล้วส่งอีกครั้ง",
    en="This form does not belong to the session that you have now; nothing was written. Open the page again and send it again.",
)  # fmt: skip
ROLE_MISSING = kind(
    "role-missing", 403, title=_RIGHTS,
    th="บทบาทของท่านทำรายการนี้ไม่ได้",
    en="Your role may not do this.",
)  # fmt: skip
OUTSIDE_AREA = kind(
    "outside-your-area", 403, title=_RIGHTS,
    th="พื้นที่นี้อยู่นอกเขตความรับผิดชอบของท่าน",
    en="This area lies outside the areas that you are responsible for.",
)  # fmt: skip

BODY_UNREADABLE = kind(
    "body-unreadable", 400, title=_BODY,
    th="ข้อมูลที่ส่งมาไม่ใช่ JSON ที่ถูกต้องในรหัส UTF-8",
    en="The body is not valid JSON in UTF-8.",
)  # fmt: skip
BODY_TOO_LARGE = kind(
    "body-too-large", 413, title=_LARGE,
    th="ข้อมูลที่ส่งมาใหญ่เกินกำหนด",
    en="The body is larger than this route takes.",
)  # fmt: skip
CONTENT_TYPE = kind(
    "content-type", 415, title=_BODY,
    th="ไม่รับข้อมูลชนิดนี้",
    en="This route does not take that content type.",
)  # fmt: skip
INVALID = kind(
    "invalid", 422, title=("ข้อมูลไม่ถูกต้อง", "Some fields are wrong"),
    th="ข้อมูลบางช่องไม่ถูกต้อง กรุณาดูรายการ errors",
    en="Some fields are wrong: see errors.",
)  # fmt: skip
KEY_UNREADABLE = kind(
    "idempotency-key-unreadable", 400, title=_HEADER,
    th="Idempotency-Key ต้องเป็นอักษร ASCII 1 ถึง 255 ตัวและไม่มีช่องว่าง",
    en="The Idempotency-Key must be 1 to 255 ASCII characters without blanks.",
)  # fmt: skip
KEY_REUSED = kind(
    "idempotency-key-reused", 422, title=("ใช้คีย์ซ้ำ", "The key was used before"),
    th="Idempotency-Key นี้ถูกใช้กับคำสั่งอื่นแล้ว กรุณาใช้คีย์ใหม่",
    en="This Idempotency-Key was used for another command. Use a new one.",
)  # fmt: skip
IF_MATCH_UNREADABLE = kind(
    "if-match-unreadable", 400, title=_HEADER,
    th='If-Match ต้องเป็น ETag ที่ระบบให้ไว้ เช่น "7" หรือหลายค่าคั่นด้วยจุลภาค หรือ *',
    en='If-Match must be ETags that this system gave, as "7", with commas between them, or *.',
)  # fmt: skip
STALE_VERSION = kind(
    "stale-version", 412, title=("มีผู้แก้ไขไปก่อนแล้ว", "Somebody was faster"),
    th="ข้อมูลนี้ถูกแก้ไขหลังจากที่ท่านอ่าน กรุณาอ่านใหม่แล้วลองอีกครั้ง",
    en="This was changed after you read it. Read it again and try once more.",
)  # fmt: skip
COMMAND_TOO_LARGE = kind(
    "command-too-large", 413, title=_LARGE,
    th="คำสั่งนี้ทำให้เกิดเหตุการณ์ใหญ่หรือมากเกินไป ไม่มีการบันทึก กรุณาแบ่งเป็นส่วนย่อย",
    en="This command would say too much at once; nothing was written. Split it.",
)  # fmt: skip
OVERLOADED = kind(
    "overloaded", 503, title=_LATER,
    th="ขณะนี้มีงานรออยู่มาก ยังไม่มีการบันทึก กรุณาลองใหม่ในอีกสักครู่",
    en="Too much is waiting; nothing was written. Try again in a moment.",
)  # fmt: skip
UNAVAILABLE = kind(
    "unavailable", 503, title=_LATER,
    th="ฐานข้อมูลไม่ตอบ ยังไม่มีการบันทึก กรุณาลองใหม่ในอีกสักครู่",
    en="The database does not answer; nothing was written. Try again in a moment.",
)  # fmt: skip
UNREADABLE_STREAM = kind(
    "newer-than-this-service", 503, title=_LATER,
    th="ข้อมูลนี้ถูกบันทึกโดยระบบรุ่นใหม่กว่า กรุณาแจ้งผู้ดูแลระบบ",
    en="This was written by a newer version of the system than the one that answers. Tell the operators.",
)  # fmt: skip
OUTCOME_UNKNOWN = kind(
    "outcome-unknown", 503, title=_LATER,
    th="ไม่ทราบว่าบันทึกสำเร็จหรือไม่ กรุณาส่งซ้ำด้วย Idempotency-Key เดิม ระบบจะไม่บันทึกซ้ำสอง",
    en="It is not known whether this was written. Send it again with the same Idempotency-Key; it is never done twice.",
)  # fmt: skip
NOT_READY = kind(
    "not-ready", 503, title=_LATER,
    th="บางส่วนของระบบยังไม่พร้อม กรุณาดูรายการ checks",
    en="Some parts are not ready: see checks.",
)  # fmt: skip
NO_SUCH_ROUTE = kind(
    "no-such-route", 404, title=("ไม่พบที่อยู่นี้", "Not found"),
    th="ไม่มีที่อยู่นี้ในบริการ กรุณาดู /docs",
    en="This service has no such address: see /docs.",
)  # fmt: skip
METHOD = kind(
    "method-not-allowed", 405, title=("วิธีเรียกไม่ถูกต้อง", "Wrong method"),
    th="ที่อยู่นี้ไม่รับวิธีเรียกแบบนี้ กรุณาดูส่วนหัว Allow",
    en="This address does not take that method: see the header Allow.",
)  # fmt: skip
BAD_REQUEST = kind(
    "bad-request", 400, title=("คำขอไม่ถูกต้อง", "Bad request"),
    th="อ่านคำขอนี้ไม่ได้",
    en="This request cannot be read.",
)  # fmt: skip
REQUEST_UNREADABLE = kind(
    "request-unreadable", 400, title=("คำขอไม่ถูกต้อง", "Bad request"),
    th="ที่อยู่ (URL) และส่วนหัวต้องเป็นอักษร ASCII อักษรไทยในที่อยู่ต้องเข้ารหัสแบบเปอร์เซ็นต์ เช่น ก เป็น %E0%B8%81",
    en="Address and headers must be well-formed HTTP in ASCII: percent-encode other letters, as %E0%B8%81.",
)  # fmt: skip
UNEXPECTED = kind(
    "unexpected", 500, title=("เกิดข้อผิดพลาดในระบบ", "Something broke"),
    th="เกิดข้อผิดพลาดที่ไม่คาดคิด กรุณาแจ้ง correlation_id นี้แก่ผู้ดูแลระบบ",
    en="Something unexpected happened. Give this correlation_id to the operators.",
)  # fmt: skip
