"""Check what Comity says with a second implementation that shares no code with it.

    python reader.py vectors FOLDER
    python reader.py pack FILE --key a.identity --key b.identity

Needs Python 3.11 and ``cryptography`` 50; reads ``../schemas``.  Ends with 0 (proven), 3 (proven in part), 1 (broken).
"""

import argparse
import base64
import hashlib
import json
import sys
from pathlib import Path

import formats as f

MARKS = {b"here": True, b"gone": False}
ORDER = ("identity", "agreement", "checkpoint", "record", "attachment")
PARTS = ("header", "proof", "content")
HAS = {
    "identity": {"node"},
    "checkpoint": {"node", "tree"},
    "header": {"node", "index"},
    "proof": {"node", "index", "tree"},
    "content": {"node", "index"},
}


class Pack:
    """Verify one case pack (pack.md)."""

    def __init__(self, stream, identities):
        self.stream, self.wrong, self.unproven, self.left_out = stream, [], [], []
        self.keys = {}
        for one in identities:
            self.keys.setdefault(one.node, []).append(one)
        self.heads, self.headers, self.proven, self.bodies, self.texts = {}, {}, set(), {}, {}
        self.present, self.described, self.contents = {}, {}, set()
        self.at = "file"

    def verdict(self):
        try:
            self.read()
        except f.Refused:
            self.wrong.append(self.at)
        if not self.wrong and not self.proven:
            self.wrong.append("file")
        return "broken" if self.wrong else "proven-in-part" if self.unproven or self.left_out else "proven"

    def take(self, size):
        data = self.stream.read(size)
        f.need(len(data) == size)
        return data

    def read(self):
        f.need(self.take(15) == b"comity/v1/pack\n")
        self.at = "manifest"
        size = int.from_bytes(self.take(4))
        f.need(size <= 32 * 1024 * 1024)
        raw = self.take(size)
        self.manifest = f.canonical(raw, "pack-manifest", 32 * 1024 * 1024)
        self.order()
        for item in self.manifest["items"]:
            self.at = name = item_name(item)
            mark = self.take(4)
            f.need(mark in MARKS)
            if not MARKS[mark]:
                self.left_out.append(name)
                continue
            data = self.take(item["size"])
            try:
                f.need("sha256:" + hashlib.sha256(data).hexdigest() == item["digest"])
                getattr(self, item["kind"])(item, data)
            except f.Refused:
                self.wrong.append(name)
        self.at = "trailer"
        trailer = self.take(int.from_bytes(self.take(4)))
        if self.stream.read(1):
            self.at = "file"
            raise f.Refused("malformed")
        self.trailer(raw, trailer)
        self.conclude()

    def order(self):
        places = []
        for item in self.manifest["items"]:
            kind = item["kind"]
            f.need({name for name in ("node", "index", "tree") if name in item} == HAS.get(kind, set()))
            stage = ORDER.index("record" if kind in PARTS else kind)
            part = PARTS.index(kind) if kind in PARTS else 0
            record = (item.get("node", ""), item.get("index", 0))
            f.need(not part or (places and places[-1][0] == 3 and places[-1][1:3] == record))
            places.append((stage, *record, part, item.get("tree", 0), item["digest"]))
        f.need(all(one < two for one, two in zip(places, places[1:], strict=False)))

    def identity(self, item, data):
        found = f.Keys(data)
        f.need(found.node == item["node"])
        known = [one.fingerprint for one in self.keys.get(found.node, ())]
        f.need(not known or found.fingerprint in known)
        if not known:
            self.unproven.append(self.at)

    def agreement(self, _item, data):
        self.texts["sha256:" + f.named("comity/v1/agreement", data).hex()] = f.canonical(data, "agreement")

    def checkpoint(self, item, data):
        head, _, lines = f.note(data)
        place = (head["channel"], head["node"], head["size"])
        f.need(place == (self.manifest["channel"], item["node"], item["tree"]))
        if head["node"] not in self.keys:
            self.unproven.append(self.at)
            return
        self.any_key(head["node"], lambda keys: f.checkpoint(data, keys))
        for other in {name for name, _, _ in lines} - {head["node"]}:
            if other in self.keys:
                self.any_key(other, lambda keys: f.cosignature(data, keys))
            else:
                self.unproven.append(self.at)
        self.heads[head["node"], head["size"]] = head["root"]

    def any_key(self, node, check):
        for keys in self.keys[node]:
            try:
                return check(keys)
            except f.Refused:
                continue
        raise f.Refused("bad-signature")

    def header(self, item, data):
        value = f.header(data)
        f.need((value["channel"], value["author"]) == (self.manifest["channel"], item["node"]))
        self.headers[item["node"], item["index"]] = value, f.leaf_hash(data)

    def proof(self, item, data):
        place, root = (item["node"], item["index"]), self.heads.get((item["node"], item["tree"]))
        if place in self.headers and root:
            hashes = [data[i : i + 32] for i in range(0, len(data), 32)]
            f.inclusion(self.headers[place][1], item["index"], item["tree"], hashes, root)
            self.proven.add(place)

    def content(self, item, data):
        place = (item["node"], item["index"])
        self.contents.add(place)
        if place not in self.headers:
            return
        value = self.headers[place][0]
        document = f.check_content(value["content"], data)
        schema = value["type"].replace("/", "-")
        if value["type"].split(".")[0] in ("agreement", "channel", "erasure", "pack"):
            self.bodies[place] = f.canonical(document, schema)
        elif value.get("attachments"):
            self.describe(json.loads(document))

    def describe(self, value):
        if isinstance(value, dict) and {"id", "key", "size"} <= set(value):
            self.described[value["id"]] = value
        for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            self.describe(one)

    def attachment(self, item, data):
        self.present[item["digest"]] = True
        described = self.described.get(item["digest"])
        if described:
            plain = f.open_attachment(data, f.unbase64(described["key"]))
            f.need(len(plain) == described["size"])
        else:
            self.unproven.append(self.at)

    def trailer(self, manifest, data):
        value = f.canonical(data, "pack-trailer", 512 * 1024)
        raw, content, note = (f.unbase64(value[name]) for name in ("header", "content", "note"))
        head = f.header(raw)
        exporter = self.manifest["exporter"]
        where = (head["author"], head["channel"], head["type"], head["content"]["kind"])
        f.need(where == (exporter, self.manifest["channel"], "pack.exported/1", "open"))
        body = f.canonical(f.check_content(head["content"], content), "pack.exported-1")
        if body != {"case": self.manifest["case"], "manifest": "sha256:" + f.named("comity/v1/pack", manifest).hex()}:
            self.at = "manifest"
            raise f.Refused("malformed")
        if exporter not in self.keys:
            self.unproven.append("manifest")
            return
        found, _, lines = f.note(note)
        f.need(len(lines) == 2 and found["channel"] == self.manifest["channel"])
        self.any_key(exporter, lambda keys: f.checkpoint(note, keys))
        proof = [f.unbase64(one) for one in value["proof"]]
        f.inclusion(f.leaf_hash(raw), value["index"], found["size"], proof, found["root"])
        f.need(self.heads.get((exporter, found["size"]), found["root"]) == found["root"])

    def conclude(self):
        places = {(i["node"], i["index"]) for i in self.manifest["items"] if i["kind"] == "header"}
        self.unproven += [f"{node}/{index}" for node, index in places - self.proven]
        signed, erased = {}, set()
        for place in self.proven & set(self.bodies):
            body, kind = self.bodies[place], self.headers[place][0]["type"]
            if kind == "agreement.signed/1":
                signed.setdefault(body["digest"], set()).add(place[0])
            elif kind == "erasure.done/1" and place[0] == self.manifest["exporter"]:
                erased |= {(one["journal"], one["index"], one["id"]) for one in body["records"]}
        for place, (value, _) in self.headers.items():
            if place not in self.contents and (*place, value["id"]) not in erased:
                self.unproven.append(f"{place[0]}/{place[1]}/content")
            gone = [one for one in value.get("attachments", ()) if one["id"] not in self.present]
            if gone and (*place, value["id"]) not in erased:
                self.unproven.append(f"{place[0]}/{place[1]}")
            if "agreement" in value and value["agreement"] not in self.texts:
                self.unproven.append("agreement")
        for digest, text in self.texts.items():
            if text["channel"] != self.manifest["channel"]:
                self.wrong.append("agreement")
            if {party["nodes"][0]["id"] for party in text["parties"]} - signed.get(digest, set()):
                self.unproven.append("agreement")


def item_name(item):
    kind, short = item["kind"], item["digest"][7:23]
    if kind in PARTS:
        return f"{item['node']}/{item['index']}/{kind}"
    if kind == "checkpoint":
        return f"checkpoint/{item['node']}/{item['tree']}"
    return f"identity/{item['node']}/{short}" if kind == "identity" else f"{kind}/{short}"


def bytes_of(case, *names):
    return [base64.b64decode(case[name]) for name in names]


def try_journal(case):
    if case["kind"] == "root":
        return {"root": f.tree_root([f.leaf_hash(b"record %d" % i) for i in range(case["size"])]).hex()}
    proof = [bytes.fromhex(one) for one in case["proof"]]
    roots = [bytes.fromhex(case[name]) for name in ("root", "leaf", "old_root", "new_root") if name in case]
    if case["kind"] == "inclusion":
        f.inclusion(roots[1], case["index"], case["size"], proof, roots[0])
    else:
        f.consistency(case["old"], case["new"], *roots, proof)
    return {}


def try_checkpoint(case):
    note, document = bytes_of(case, "note", "identity")
    if case["kind"] == "cosignature":
        return {"time": f.cosignature(note, f.Keys(document))}
    head = f.checkpoint(note, f.Keys(document))
    return head | {"root": head["root"].hex()}


def try_sealing(case):
    raw, ciphertext, secret, identity = bytes_of(case, "header", "ciphertext", "secret", "identity")
    wraps = [(node, base64.b64decode(wrapped)) for node, wrapped in case["wraps"]]
    plain = f.open_payload(raw, ciphertext, wraps, secret, f.Keys(identity).node)
    return {"salt": plain[:32].hex(), "payload": base64.b64encode(plain[32:]).decode()}


def try_attachment(case):
    data, key = bytes_of(case, "data", "key")
    plain = f.open_attachment(data, key)
    digests = hashlib.sha256(plain).hexdigest(), hashlib.sha256(data).hexdigest()
    return {"size": len(plain), "sha256": digests[0], "id": digests[1]}


def try_message(case):
    data, identity, secret, key = bytes_of(case, "data", "identity", "secret", "key")
    return f.open_message(data, f.Keys(identity), secret, key)


def try_identity(case):
    keys = f.Keys(*bytes_of(case, "data"))
    return {"fingerprint": keys.fingerprint, "node": keys.node}


def try_pairing(case):
    one, other, key = bytes_of(case, "one", "other", "key")
    return {"numbers": f.words(f.Keys(one), f.Keys(other), key)}


def try_record(case):
    (data,) = bytes_of(case, "data")
    f.header(data)
    return {"leaf": f.leaf_hash(data).hex()}


def try_canonical(case):
    f.canonical(*bytes_of(case, "data"), case["type"].replace("/", "-"))
    return {}


def try_bundle(case):
    return {"messages": [base64.b64encode(one).decode() for one in f.bundle(*bytes_of(case, "data"))]}


def try_case(folder, name, case):
    """Return what is wrong with our reading of one vector, or nothing."""
    if name == "pack":
        with (folder / name / case["file"]).open("rb") as stream:
            pack = Pack(stream, [f.Keys(base64.b64decode(one)) for one in case["identities"]])
            found = pack.verdict(), sorted(set(pack.wrong)), pack.left_out
        return None if found == (case["expect"], case["items"], case["left_out"]) else str(found)
    try:
        result = globals()["try_" + name](case)
    except f.Refused as refusal:
        return None if case["expect"] == refusal.args[0] else f"refused as {refusal.args[0]}"
    return None if case["expect"] == "ok" and result == case["result"] else f"read as {result}"


def vectors(folder):
    count, wrong = 0, []
    for path in sorted(folder.glob("*/cases.json")):
        for case in json.loads(path.read_text())["cases"]:
            count += 1
            problem = try_case(folder, path.parent.name, case)
            if problem:
                wrong.append(f"{path.parent.name}/{case['name']}: must be {case['expect']}, {problem}")
    print("\n".join([*wrong, f"{count} vectors, {len(wrong)} read otherwise."]))
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["vectors", "pack"])
    parser.add_argument("path", type=Path)
    parser.add_argument("--key", type=Path, action="append", default=[])
    given = parser.parse_args()
    if given.what == "vectors":
        return vectors(given.path)
    with given.path.open("rb") as stream:
        pack = Pack(stream, [f.Keys(path.read_bytes()) for path in given.key])
        verdict = pack.verdict()
    lines = [verdict, *(f"wrong: {one}" for one in sorted(set(pack.wrong)))]
    lines += [f"not proven: {one}" for one in sorted(set(pack.unproven))]
    print("\n".join([*lines, *(f"left out: {one}" for one in pack.left_out)]))
    return {"proven": 0, "proven-in-part": 3, "broken": 1}[verdict]


if __name__ == "__main__":
    sys.exit(main())
