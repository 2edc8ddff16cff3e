#!/usr/bin/env python3
"""Exchanges cards and calendars with programs of other people: vobject and icalendar.

    cards.py FOLDER-WITH-PROGRAMS

What vobject writes, `waybook customer import` takes with the same values; what `waybook export vcard` writes in each version, vobject
reads with the same values, and an import of it changes nothing; what `waybook export calendar` writes, icalendar reads with
the same values. Values are Chinese, long enough to be folded, and full of what must be escaped.
"""
import datetime
import os
import pathlib
import stat
import sys
import tempfile

import icalendar
import vobject

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "Campaigns"))
import rig  # noqa: E402

LONG = "交货时间、付款方式和包装要求都要再确认一次；" * 12
NOTE = f"one, two; three \\ four: \"five\"\n{LONG}\n= \\n END"
PEOPLE = [
    {"fn": "王伟", "family": "王", "given": "伟", "org": ["蓝港, 贸易; 上海", "销售部"], "title": "经理\\总监", "note": NOTE,
     "tel": ("138 0013 8000", "CELL"), "email": "wang@example.cn", "bday": "1985-04-12", "tags": ["vip", "老,客户"], "uid": "wang-1"},
    {"fn": "Ada Lovelace", "family": "Lovelace", "given": "Ada", "org": None, "title": "Countess", "note": "a\n\nb",
     "tel": ("+44 20 7946 0958", "HOME"), "email": "ada@example.org", "bday": "--12-10", "tags": [], "uid": "urn:x:ada;1,2"},
]
ADDRESS = {"street": "香港中路 1 号, 2; 3\\4", "city": "青岛", "region": "山东", "code": "266000", "country": "CN"}


def expect(left, right, said):
    if left != right:
        raise rig.Fault(f"{said}: {left!r}, not {right!r}")


def written_by_vobject():
    """The people, and an organisation, as vobject writes them in version 3.0."""
    text = ""
    for person in PEOPLE:
        card = vobject.vCard()
        card.add("n").value = vobject.vcard.Name(family=person["family"], given=person["given"])
        for name in ("fn", "title", "note", "email", "bday", "uid"):
            card.add(name).value = person[name]
        if person["org"]:
            card.add("org").value = person["org"]
        if person["tags"]:
            card.add("categories").value = person["tags"]
        telephone = card.add("tel")
        telephone.value, telephone.type_param = person["tel"]
        text += card.serialize()
    firm = vobject.vCard()
    firm.add("n").value = vobject.vcard.Name(given="青岛海运")
    firm.add("fn").value = "青岛海运"
    firm.add("org").value = ["青岛海运"]
    firm.add("adr").value = vobject.vcard.Address(**ADDRESS)
    firm.adr.type_param = "WORK"
    firm.add("url").value = "https://example.cn/a;b"
    return text + firm.serialize()


def fields(laptop, noun):
    return {row["fields"]["name"]: row["fields"] for row in laptop.run(noun, "list", "--json", check=True).json}


def check_import(laptop, folder):
    path = os.path.join(folder, "theirs.vcf")
    pathlib.Path(path).write_text(written_by_vobject(), encoding="utf-8", newline="")
    report = laptop.run("customer", "import", path, "--json", check=True).json
    expect((report["created"], report["customersMade"], report["refusedCount"]), (3, 1, 0), "what vobject wrote is taken")
    again = laptop.run("customer", "import", path, "--json", check=True).json
    expect((again["created"], again["updated"], again["unchanged"]), (0, 0, 3), "the same file again doubles nothing")
    customers, contacts = fields(laptop, "customer"), fields(laptop, "contact")
    wang, ada, firm = contacts["王伟"], customers["Ada Lovelace"], customers["青岛海运"]
    for given, taken in zip(PEOPLE, (wang, ada)):
        expect(taken["personName"], {"family": given["family"], "given": given["given"]}, "N")
        expect(taken["notes"], given["note"], "NOTE")
        expect(taken["jobTitle"], given["title"], "TITLE")
        expect(taken["birthday"], given["bday"], "BDAY")
        expect(taken["externalIds/vcard"], given["uid"], "UID")
        expect([key for key in taken if key.startswith("emails/")], ["emails/" + given["email"]], "EMAIL")
        tags = sorted(value for key, value in taken.items() if key.startswith("tags/"))
        expect(tags, sorted(given["tags"]), "CATEGORIES")
    expect(wang["department"], "销售部", "the unit of ORG")
    if "蓝港, 贸易; 上海" not in customers:
        raise rig.Fault(f"the organisation was not made: {sorted(customers)}")
    expect(wang["phones/+8613800138000"]["type"], "mobile", "TEL;TYPE=CELL")
    expect(ada["phones/+442079460958"]["type"], "home", "TEL;TYPE=HOME")
    address = next(value for key, value in firm.items() if key.startswith("addresses/"))
    expect(address, {"city": "青岛", "country": "CN", "postalCode": "266000", "province": "山东", "street": ADDRESS["street"],
                     "type": "work"}, "ADR")
    expect(firm["website"], "https://example.cn/a;b", "URL")


def one(card, name):
    """The value of a property that stands there once."""
    values = [line.value for line in card.contents.get(name, [])]
    expect(len(values), 1, f"{name} of {card.fn.value}")
    return values[0]


def check_export(laptop, folder, version):
    path = os.path.join(folder, f"ours-{version}.vcf")
    laptop.run("export", "vcard", "--version", version, "--output", path, check=True)
    expect(stat.S_IMODE(os.stat(path).st_mode), 0o600, "the file's mode")
    text = pathlib.Path(path).read_bytes().decode()
    if version == "2.1":
        # vobject reads no escapes where a text is of version 2.1, and knows no name for categories there.
        text = text.replace("X-CATEGORIES", "CATEGORIES")
    cards = {one(card, "fn"): card for card in vobject.readComponents(text, allowQP=True)}
    expect(len(cards), 4, "all cards are read")
    for given in PEOPLE:
        card = cards[given["fn"]]
        name = one(card, "n")
        expect((name.family, name.given), (given["family"], given["given"]), "N")
        expect(one(card, "note").replace("\r\n", "\n"), given["note"], f"NOTE in {version}")
        expect(one(card, "title"), given["title"], f"TITLE in {version}")
        expect(one(card, "email"), given["email"], "EMAIL")
        expect(one(card, "uid"), given["uid"], f"UID in {version}")
        expect(one(card, "bday").replace("-", ""), given["bday"].replace("-", ""), "BDAY")
        if given["org"]:
            expect(one(card, "org"), given["org"], f"ORG in {version}")
        if given["tags"]:
            expect(sorted(one(card, "categories")), sorted(given["tags"]), f"CATEGORIES in {version}")
    telephone = cards["王伟"].contents["tel"][0]
    expect(telephone.value.removeprefix("tel:"), "+8613800138000", "TEL")
    types = [kind.lower() for kind in telephone.params.get("TYPE", [])] + [kind.lower() for kind in telephone.singletonparams]
    expect("cell" in types, True, "TYPE of TEL")
    address = one(cards["青岛海运"], "adr")
    expect((address.street, address.city, address.region, address.code, address.country), tuple(ADDRESS.values()), f"ADR in {version}")
    expect(one(cards["青岛海运"], "url"), "https://example.cn/a;b", f"URL in {version}")
    report = laptop.run("customer", "import", path, "--json", check=True).json
    expect((report["created"], report["updated"], report["unchanged"]), (0, 0, 4), f"our own cards of {version} change nothing")


def check_calendar(laptop, folder):
    title = "回访, 王伟; \\n \"x\" " + "很长的标题" * 20
    laptop.run("followup", "add", title, "--set", "due=2030-12-05", "--set", "customer=青岛海运", "--set", "priority=high",
               "--set", "assignee=me", "--set", "tags=a", "--set", f"notes={NOTE}", check=True)
    laptop.run("followup", "add", "拜访", "--set", "dueAt=2030-12-05T09:30:00Z", "--set", "type=visit", "--set", "assignee=me",
               "--set", "customer=青岛海运", check=True)
    laptop.run("customer", "assign", "Ada Lovelace", "--to", "me", "--reason", "x", check=True)
    laptop.sync()
    path = os.path.join(folder, "ours.ics")
    report = laptop.run("export", "calendar", "--output", path, "--json", check=True).json
    expect((report["tasks"], report["visits"], report["birthdays"]), (1, 1, 1), "what the calendar holds")
    expect(stat.S_IMODE(os.stat(path).st_mode), 0o600, "the file's mode")
    calendar = icalendar.Calendar.from_ical(pathlib.Path(path).read_bytes())
    task, = calendar.walk("VTODO")
    visit, birthday = sorted(calendar.walk("VEVENT"), key=lambda event: "RRULE" in event)
    records = {row["fields"]["title"]: row["id"] for row in laptop.run("followup", "list", "--json", check=True).json}
    expect(str(task["UID"]), records[title], "UID")
    expect(str(task["SUMMARY"]), title, "SUMMARY")
    expect(str(task["DESCRIPTION"]), "青岛海运\n" + NOTE, "DESCRIPTION")
    expect((task["DUE"].dt, int(task["PRIORITY"]), str(task["STATUS"])), (datetime.date(2030, 12, 5), 1, "NEEDS-ACTION"), "the task")
    expect(visit["DTSTART"].dt, datetime.datetime(2030, 12, 5, 9, 30, tzinfo=datetime.timezone.utc), "DTSTART")
    expect(birthday["DTSTART"].dt, datetime.date(2000, 12, 10), "the birthday")
    expect(birthday["RRULE"].to_ical(), b"FREQ=YEARLY", "RRULE")
    errors = [error for part in calendar.walk() for error in part.errors]
    expect(errors, [], "what icalendar finds wrong")


def main(programs):
    with tempfile.TemporaryDirectory(prefix="waybook-cards-") as folder:
        server = rig.Server(programs, folder, [("ada@example.com", "Ada")])
        server.start()
        try:
            laptop = rig.Laptop(programs, folder, "laptop", "ada@example.com")
            laptop.login(server.url)
            laptop.sync()
            check_import(laptop, folder)
            for version in ("4.0", "3.0", "2.1"):
                check_export(laptop, folder, version)
            check_calendar(laptop, folder)
        finally:
            server.stop()
    print("cards: vobject and icalendar read and write the same")
    return 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(main(os.path.abspath(sys.argv[1])))
