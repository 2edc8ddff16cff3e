#!/usr/bin/env python3
"""Runs protocol/vectors with an implementation of its own, written from protocol/1-model.md and 3-merge.md.

Standard library only. Prints one line a file; exits with 1 when any case differs.

    python3 Tests/PythonClient/run_vectors.py [protocol/vectors]
"""
import hashlib
import json
import pathlib
import re
import sys
import uuid

# ------------------------------------------------------------------ stamps (1-model.md#stamps)
ALPHABET = "-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"


def stamp_text(milliseconds, counter, replica):
    number = milliseconds << 48 | counter << 32 | replica
    return "".join(ALPHABET[number >> shift & 63] for shift in range(90, -1, -6))


def stamp_number(text):
    if len(text) != 16 or any(c not in ALPHABET for c in text):
        raise ValueError("not a stamp")
    number = 0
    for character in text:
        number = number << 6 | ALPHABET.index(character)
    return number


# ------------------------------------------------------------------ canonical JSON (1-model.md#canonical-json)
class Refused(Exception):
    pass


MAXIMUM_DEPTH = 32
SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def canonical(value):
    if value is None:
        return "null"
    if value is True or value is False:
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return '"' + "".join(SHORT.get(c) or ("\\u%04x" % ord(c) if c < " " else c) for c in value) + '"'
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    keys = sorted(value, key=lambda key: key.encode())
    return "{" + ",".join(canonical(key) + ":" + canonical(value[key]) for key in keys) + "}"


class Reader:
    """Strict JSON: says why it refuses."""

    def __init__(self, text):
        self.text, self.at = text, 0

    def read(self):
        value = self.value(0)
        self.space()
        if self.at < len(self.text):
            raise Refused("trailingBytes")
        return value

    def space(self):
        while self.text[self.at:self.at + 1] in (" ", "\t", "\n", "\r"):
            self.at += 1

    def peek(self):
        if self.at >= len(self.text):
            raise Refused("unexpectedEnd")
        return self.text[self.at]

    def expect(self, character):
        if self.peek() != character:
            raise Refused("unexpectedByte")
        self.at += 1

    def value(self, depth):
        self.space()
        first = self.peek()
        if first in "[{":
            if depth + 1 > MAXIMUM_DEPTH:
                raise Refused("tooDeep")
            return self.list(depth + 1) if first == "[" else self.map(depth + 1)
        if first == '"':
            return self.string()
        for word, value in (("true", True), ("false", False), ("null", None)):
            if self.text.startswith(word, self.at):
                self.at += len(word)
                return value
        return self.integer()

    def integer(self):
        match = re.compile(r"-?[0-9]+").match(self.text, self.at)
        if not match or re.match(r"-?0[0-9]", match.group()):
            raise Refused("unexpectedByte")
        self.at = match.end()
        if self.text[self.at:self.at + 1] in (".", "e", "E"):
            raise Refused("notAnInteger")
        number = int(match.group())
        if not -2**63 <= number < 2**63:
            raise Refused("outOfRange")
        return number

    def list(self, depth):
        self.at += 1
        elements = []
        self.space()
        if self.peek() == "]":
            self.at += 1
            return elements
        while True:
            elements.append(self.value(depth))
            self.space()
            if self.peek() == "]":
                self.at += 1
                return elements
            self.expect(",")

    def map(self, depth):
        self.at += 1
        entries = {}
        self.space()
        if self.peek() == "}":
            self.at += 1
            return entries
        while True:
            self.space()
            if self.peek() != '"':
                raise Refused("unexpectedByte")
            key = self.string()
            self.space()
            self.expect(":")
            value = self.value(depth)
            if key in entries:
                raise Refused("duplicateKey")
            entries[key] = value
            self.space()
            if self.peek() == "}":
                self.at += 1
                return entries
            self.expect(",")

    def string(self):
        self.at += 1
        out = []
        while True:
            character = self.peek()
            self.at += 1
            if character == '"':
                return "".join(out)
            if character < " ":
                raise Refused("nulCharacter" if character == "\0" else "controlCharacter")
            out.append(self.escape() if character == "\\" else character)

    def escape(self):
        character = self.peek()
        self.at += 1
        plain = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
        if character in plain:
            return plain[character]
        if character != "u":
            raise Refused("invalidEscape")
        first = self.quad()
        if first == 0:
            raise Refused("nulCharacter")
        if not 0xD800 <= first < 0xE000:
            return chr(first)
        if first >= 0xDC00 or self.text[self.at:self.at + 2] != "\\u":
            raise Refused("loneSurrogate")
        self.at += 2
        second = self.quad()
        if not 0xDC00 <= second < 0xE000:
            raise Refused("loneSurrogate")
        return chr(0x10000 + (first - 0xD800 << 10) + second - 0xDC00)

    def quad(self):
        digits = self.text[self.at:self.at + 4]
        if not re.fullmatch(r"[0-9A-Fa-f]{4}", digits):
            raise Refused("invalidEscape")
        self.at += 4
        return int(digits, 16)


# ------------------------------------------------------------------ forms (1-model.md#types)
def canonical_decimal(text):
    match = re.fullmatch(r"([+-]?)([0-9]+)(?:\.([0-9]*))?", text, re.ASCII)
    if not match:
        return None
    whole, fraction = match[2].lstrip("0") or "0", (match[3] or "").rstrip("0")
    if len(whole) + len(fraction) > 34:
        return None
    number = whole + ("." + fraction if fraction else "")
    return "-" + number if match[1] == "-" and number != "0" else number


def month_days(year, month):
    if month == 2:
        return 29 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 28
    return 30 if month in (4, 6, 9, 11) else 31


def is_day(year, month, day, lunar=False):
    return 1 <= month <= 12 and 1 <= day <= (30 if lunar else month_days(year, month))


def fits(form, text):
    if form == "date":
        match = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", text, re.ASCII)
        return bool(match) and is_day(*map(int, match.groups()))
    if form == "instant":
        match = re.fullmatch(r"(.{10})T(\d\d):(\d\d):(\d\d)\.\d{3}Z", text, re.ASCII)
        return bool(match) and fits("date", match[1]) and int(match[2]) < 24 and int(match[3]) < 60 and int(match[4]) < 60
    lunar, body = text.endswith("L"), text[:-1] if text.endswith("L") else text
    if re.fullmatch(r"\d{4}", body, re.ASCII):
        return True
    if match := re.fullmatch(r"\d{4}-(\d\d)", body, re.ASCII):
        return 1 <= int(match[1]) <= 12
    if match := re.fullmatch(r"--(\d\d)-(\d\d)", body, re.ASCII):
        return is_day(2000, int(match[1]), int(match[2]), lunar)
    if match := re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", body, re.ASCII):
        return is_day(*map(int, match.groups()), lunar)
    return False


# ------------------------------------------------------------------ records (1-model.md#records)
PATH = re.compile(r"[A-Za-z][A-Za-z0-9]{0,63}(/(?:[^~/]|~[01])+(/[A-Za-z][A-Za-z0-9]{0,63})?)?")


def is_path(text):
    return text in ("$life", "$erased") or len(text.encode()) <= 512 and bool(PATH.fullmatch(text))


def encode_record(atoms):
    fields = {path: atom["value"] for path, atom in atoms.items() if "value" in atom}
    groups = {}
    for path, atom in atoms.items():
        groups.setdefault((atom["stamp"], atom.get("origin", atom["stamp"]), atom["commit"]), []).append(path)
    standing, most = None, 0
    for key in sorted(groups):
        if all("value" in atoms[path] for path in groups[key]) and len(groups[key]) > most:
            standing, most = key, len(groups[key])
    stamps = []
    for key in ([standing] if standing else []) + [key for key in sorted(groups) if key != standing]:
        stamp, origin, commit = key
        group = [stamp, commit]
        if key != standing:
            group.append(sorted(groups[key], key=lambda path: path.encode()))
        elif origin != stamp:
            group.append(None)
        stamps.append(group + ([origin] if origin != stamp else []))
    return fields, stamps


def decode_record(fields, stamps):
    if not isinstance(fields, dict) or not isinstance(stamps, list):
        raise ValueError("shape")
    atoms, standing = {}, None
    for group in stamps:
        if not isinstance(group, list) or not 2 <= len(group) <= 4:
            raise ValueError("group")
        stamp_number(group[0])
        origin = group[3] if len(group) == 4 else group[0]
        stamp_number(origin)
        if not isinstance(group[1], int) or group[1] < 0:
            raise ValueError("commit")
        made = {"stamp": group[0], "commit": group[1], **({"origin": origin} if origin != group[0] else {})}
        if len(group) == 2 or group[2] is None:
            if standing:
                raise ValueError("two groups without paths")
            standing = made
            continue
        for path in group[2]:
            if not is_path(path) or path in atoms:
                raise ValueError("path")
            atoms[path] = {**made, **({"value": fields[path]} if path in fields else {})}
    for path in fields:
        if not is_path(path) or path not in atoms and not standing:
            raise ValueError("field")
        atoms.setdefault(path, {**(standing or {}), "value": fields[path]})
    return above_mark(atoms, lambda atom: atom["stamp"])


def above_mark(atoms, stamp):
    """Nothing stands below the mark of an erasure (9-erasure.md#mark)."""
    floor = stamp(atoms["$erased"]) if "$erased" in atoms else ""
    return {path: atom for path, atom in atoms.items() if stamp(atom) >= floor}


def conflict_id(record, path, origin):
    return str(uuid.uuid5(uuid.UUID(record), path + "\n" + origin))


# ------------------------------------------------------------------ merging (3-merge.md)
REMOVED = object()


class Atom:
    def __init__(self, source):
        self.value = source.get("value", REMOVED)
        self.stamp = source["stamp"]
        self.origin = source.get("origin", source["stamp"])

    def named(self, base):
        return base is not None and base in (self.stamp, self.origin)

    def told(self):
        told = {"stamp": self.stamp}
        if self.value is not REMOVED:
            told["value"] = self.value
        if self.origin != self.stamp:
            told["origin"] = self.origin
        return told


def atom(value, stamp, origin=None):
    made = Atom({"stamp": stamp, "origin": origin or stamp})
    made.value = value
    return made


def same(left, right):
    if left is REMOVED or right is REMOVED:
        return left is right
    return canonical(left) == canonical(right)


def join(left, right):
    def rank(state):
        value = b"" if state.value is REMOVED else b"\x01" + canonical(state.value).encode()
        return state.stamp, value or b"\x00", state.origin
    return max(left, right, key=rank)


def join_records(left, right):
    joined = {path: join(left[path], right[path]) if path in left and path in right else left.get(path) or right[path]
              for path in {**left, **right}}
    return above_mark(joined, lambda atom: atom.stamp)


def partners(base, other):
    """For each line of base its partner in other, by a longest common subsequence."""
    length = [[0] * (len(other) + 1) for _ in range(len(base) + 1)]
    for i in reversed(range(len(base))):
        for j in reversed(range(len(other))):
            length[i][j] = length[i + 1][j + 1] + 1 if base[i] == other[j] else max(length[i + 1][j], length[i][j + 1])
    found, i, j = [None] * len(base), 0, 0
    while i < len(base) and j < len(other):
        if base[i] == other[j]:
            found[i] = j
            i, j = i + 1, j + 1
        elif length[i + 1][j] >= length[i][j + 1]:
            i += 1
        else:
            j += 1
    return found


def merge_text(base, left, right):
    if left == right or right == base:
        return left
    if left == base:
        return right
    base, left, right = base.split("\n"), left.split("\n"), right.split("\n")
    in_left, in_right = partners(base, left) + [len(left)], partners(base, right) + [len(right)]
    merged, start = [], (0, 0, 0)
    for index in range(len(base) + 1):
        if in_left[index] is None or in_right[index] is None:
            continue
        old, ours, theirs = base[start[0]:index], left[start[1]:in_left[index]], right[start[2]:in_right[index]]
        if ours == theirs or theirs == old:
            merged += ours
        elif ours == old:
            merged += theirs
        else:
            return None
        merged += base[index:index + 1]
        start = (index + 1, in_left[index] + 1, in_right[index] + 1)
    return "\n".join(merged)


class Rejected(Exception):
    pass


class Server:
    """Settles one write of one case."""

    def __init__(self, case):
        self.case, self.rule = case, case["rule"]
        if self.rule == "life":
            self.rule = {"register": {"quiet": False, "prefer": ["alive"]}}
        if self.rule == "unknown":
            self.rule = {"register": {"quiet": False, "prefer": []}}
        self.present = Atom(case["present"]) if "present" in case else None
        self.losers = [Atom(loser) for loser in case.get("losers", [])]
        self.closed, self.listed = [], None

    def settle(self):
        case = self.case
        if case.get("revival"):
            before, self.present = self.present, atom("alive", case["serverStamp"])
            if case["knowsDelete"]:
                return "merged"
            self.listed = before
            return "conflict"
        write = case["write"]
        value, stamp, base = write.get("value", REMOVED), write["stamp"], self.translate(write.get("base"))
        if case["rule"] == "life":
            return self.life(value, stamp, base)
        return self.rule_on(value, stamp, base)

    def translate(self, base):
        refused, restamped = self.case.get("refused", {}), self.case.get("restamped", {})
        while base in refused or base in restamped:
            if base in refused:
                base = refused[base]
            else:
                return restamped[base]
        return base

    def life(self, value, stamp, base):
        if value not in ("alive", "deleted"):
            raise Rejected("type")
        is_deleted = self.present is not None and self.present.value == "deleted"
        if value == "alive" and is_deleted and self.case.get("knowsDelete"):
            base = self.present.origin
        if value == "deleted" and not is_deleted:
            if self.case["hasUnseen"]:
                self.carry(base)
                self.listed = atom(value, stamp)
                self.present = self.present or atom("alive", self.case["serverStamp"])
                return "conflict"
            base = self.present.origin if self.present else None
        return self.rule_on(value, stamp, base)

    def carry(self, base):
        self.closed += [loser for loser in self.losers if loser.named(base)]

    def stand(self, value, stamp, origin=None):
        self.present = atom(value, stamp, origin)
        self.closed += [l for l in self.losers if same(l.value, value) and l not in self.closed]

    def rule_on(self, value, stamp, base):
        present = self.present
        if present is None:
            self.stand(value, stamp)
            return "applied"
        if present.named(stamp):
            if not same(value, present.value):
                raise Rejected("clonedStore")
            return "applied" if stamp == present.stamp else "merged"
        if present.named(base):
            if self.rule == "immutable" and not same(value, present.value):
                raise Rejected("immutable")
            return self.install(value, stamp)
        return self.concurrent(value, stamp, base)

    def install(self, value, stamp):
        if stamp > self.present.stamp:
            self.stand(value, stamp)
            return "applied"
        self.stand(value, self.case["serverStamp"], stamp)
        return "merged"

    def keep(self):
        self.stand(self.present.value, self.present.stamp, self.present.origin)
        return "merged"

    def concurrent(self, value, stamp, base):
        present = self.present
        self.carry(base)
        ours = self.case.get("resolution")
        for loser in [loser for loser in self.losers if loser not in self.closed]:
            theirs = self.resolution_at(loser.origin)
            if not ours or not theirs:
                continue
            if self.beats(value, stamp, loser.value, loser.origin):
                if covered(theirs, ours):
                    self.closed.append(loser)
            elif covered(ours, theirs):
                return self.keep()
        if same(value, present.value):
            if stamp > present.stamp:
                self.stand(present.value, stamp)
                return "applied"
            return self.keep()
        if self.rule in ("immutable", "served"):
            raise Rejected(self.rule)
        if self.rule == "text":
            outcome = self.text(value, base)
            if outcome:
                return outcome
        wins = self.beats(value, stamp, present.value, present.stamp)
        theirs = self.resolution_at(present.origin)
        is_rival = bool(ours and theirs) and (covered(theirs, ours) if wins else covered(ours, theirs))
        arriving = atom(value, stamp)
        outcome = self.install(value, stamp) if wins else self.keep()
        if self.is_quiet(value, present.value) or is_rival:
            return outcome
        self.listed = present if wins else arriving
        return "conflict"

    def text(self, value, base):
        texts = self.case.get("texts", {})
        if not isinstance(value, str) or not isinstance(self.present.value, str) or base not in texts:
            return None
        merged = merge_text(texts[base], self.present.value, value)
        if merged is None:
            return None
        if merged == self.present.value:
            return self.keep()
        self.stand(merged, self.case["serverStamp"])
        return "merged"

    def resolution_at(self, origin):
        return self.case.get("resolutions", {}).get(origin)

    def preferred(self, value):
        if "element" in self.rule:
            return value is not REMOVED
        prefer = self.rule["register"]["prefer"] if "register" in self.rule else []
        return any(same(value, one) for one in prefer)

    def beats(self, left, left_stamp, right, right_stamp):
        ours, theirs = self.preferred(left), self.preferred(right)
        return left_stamp > right_stamp if ours == theirs else ours

    def is_quiet(self, left, right):
        if "element" in self.rule:
            return self.rule["element"]["quiet"] or left is REMOVED or right is REMOVED
        return "register" in self.rule and self.rule["register"]["quiet"]


def covered(loser, winner):
    return loser.get("base") == winner.get("base") and set(loser["conflicts"]) <= set(winner["conflicts"])


# ------------------------------------------------------------------ running
def merge_case(case):
    if "left" in case:
        left, right = Atom(case["left"]), Atom(case["right"])
        return [(join(left, right).told(), case["joined"]), (join(right, left).told(), case["joined"])]
    if "leftRecord" in case:
        left, right = ({path: Atom(source) for path, source in case[side].items()} for side in ("leftRecord", "rightRecord"))
        joined = [join_records(left, right), join_records(right, left), join_records(join_records(left, right), left)]
        return [({path: one.told() for path, one in record.items()}, case["joinedRecord"]) for record in joined]
    server, expected = Server(case), case["expected"]
    try:
        outcome = server.settle()
    except Rejected as refusal:
        rule = str(refusal)
        if rule == "clonedStore":
            return [({"ruling": "clonedStore"}, expected)]
        return [({"ruling": "refused", "rule": rule, "present": server.present.value}, expected)]
    got = {"ruling": "accepted", "outcome": outcome, "closed": [loser.origin for loser in server.closed]}
    if server.present:
        got["present"] = server.present.told()
    if server.listed:
        identity = conflict_id(case["record"], case["path"], server.listed.origin)
        got["listed"] = {**server.listed.told(), "id": identity}
    return [(got, expected)]


def stamp_case(case):
    if "ascending" in case:
        numbers = [stamp_number(text) for text in case["ascending"]]
        return [(sorted(set(case["ascending"])), case["ascending"]), (sorted(numbers), numbers)]
    if "bytes" in case:
        text = stamp_text(case["milliseconds"], case["counter"], case["replica"])
        return [(text, case["text"]), ("%024x" % stamp_number(text), case["bytes"])]
    return [(refusal(lambda: stamp_number(case["text"])), "refused")]


def refusal(action):
    try:
        return action()
    except (ValueError, TypeError):
        return "refused"


def encoding_case(case):
    if "json" in case:
        try:
            return [(canonical(Reader(case["json"]).read()), case.get("canonical"))]
        except Refused as reason:
            return [(str(reason), case.get("refused"))]
    if "form" in case:
        if case["form"] == "decimal":
            return [(canonical_decimal(case["text"]), case["canonical"])]
        return [(fits(case["form"], case["text"]), case["fits"])]
    if "origin" in case:
        return [(conflict_id(case["record"], case["path"], case["origin"]), case["id"])]
    if "atoms" in case:
        fields, stamps = encode_record(case["atoms"])
        back = decode_record(fields, stamps)
        return [(canonical(fields), case["fields"]), (canonical(stamps), case["stamps"]), (back, case["atoms"])]
    return [(refusal(lambda: decode_record(json.loads(case["fields"]), json.loads(case["stamps"]))), "refused")]


def hash_of(record):
    atoms = record["atoms"]
    if atoms.get("$life", {}).get("value") == "deleted":
        atoms = {path: atom for path, atom in atoms.items() if path in ("$life", "$erased")}
    fields, stamps = encode_record({path: {**atom, "commit": 0} for path, atom in atoms.items()})
    text = canonical({"fields": fields, "id": record["id"], "in": record["in"], "stamps": stamps})
    return text, hashlib.sha256(text.encode()).hexdigest()[:16]


def digest_case(case):
    if "hash" in case:
        return [(hash_of(case), (case["bytes"], case["hash"]))]
    sums = [0] * 256
    for record in case["records"]:
        bucket = int(record["id"][-2:], 16)
        sums[bucket] = (sums[bucket] + int(hash_of(record)[1], 16)) % 2**64
    return [(hashlib.sha256(b"".join(each.to_bytes(8, "big") for each in sums)).hexdigest()[:16], case["root"])]


def main():
    here = pathlib.Path(__file__).resolve().parents[2]
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here / "protocol" / "vectors"
    runners, failures, total = {"stamp": stamp_case, "merge": merge_case, "encoding": encoding_case, "digest": digest_case}, 0, 0
    for kind, run in runners.items():
        files = sorted((root / kind).glob("*.json"))
        if not files:
            print(f"no vectors in {root / kind}")
            failures += 1
        for file in files:
            cases = json.loads(file.read_text(encoding="utf-8"))
            for number, case in enumerate(cases):
                total += 1
                for got, expected in run(case):
                    if got != expected:
                        failures += 1
                        print(f"{kind}/{file.name} #{number}: {case['comment']}\n  expected {expected}\n  got      {got}")
            print(f"{kind}/{file.name}: {len(cases)} cases")
    print(f"{total} cases, {failures} differences")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
