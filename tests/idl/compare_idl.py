#!/usr/bin/python3
"""idl/ states the wire interfaces exactly as facts.json has them, and documents each member.

compare_idl.py [IDL_FOLDER]    prints "file: member: what differs" and exits 1 if anything does

facts.json lists what clients rely on: names, types, order and access of the interfaces that existed before this
implementation, the words of their enumerations with the places that use them ("used_by": interface, then property or
method.argument), and the numbered errors. Interfaces that it does not know are additions of ours: they must be
documented like the others.
"""

import json
import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

HERE = pathlib.Path(__file__).resolve().parent
VM = "com.citrix.xenclient.xenmgr.vm"
EVERY_DEFAULT_STATED = (VM, VM + ".unrestricted")

DOC = "org.gtk.GDBus.DocString"
DEFAULT = "org.xenclient.Default"
RANGE = "org.xenclient.Range"
VALUES = "org.xenclient.Values"
APPLIES = "org.xenclient.Applies"
EXPLICIT = "org.freedesktop.systemd1.Explicit"
DESCRIBED_BY = "org.xenclient.DescribedBy"

FAILED = "org.freedesktop.DBus.Error.Failed"
INTEGERS = {"y": (0, 2**8), "n": (-2**15, 2**15), "q": (0, 2**16), "i": (-2**31, 2**31), "u": (0, 2**32),
            "x": (-2**63, 2**63), "t": (0, 2**64)}


# Reading

def note(element, name):
    """The value of an annotation, blanks and line ends as single blanks; None if there is none."""
    for annotation in element.findall("annotation"):
        if annotation.get("name") == name:
            return " ".join(annotation.get("value", "").split())
    return None


def read_interfaces(folder):
    """interface name -> (file name, element), and complaints about files that state anything but one interface."""
    found, complaints = {}, []
    for path in sorted(folder.glob("*.xml")):
        if path.name == "errors.xml":
            continue
        try:
            interfaces = ElementTree.parse(path).getroot().findall("interface")
        except ElementTree.ParseError as error:
            complaints.append(f"{path.name}: file: is not XML: {error}")
            continue
        if [i.get("name") for i in interfaces] != [path.stem]:
            complaints.append(f"{path.name}: file: should state the interface {path.stem} and no other")
        found.update({i.get("name"): (path.name, i) for i in interfaces})
    return found, complaints


def described(interfaces, interface, prop, name):
    """An annotation of a property, or of its namesake in the interface that describes this one."""
    own = note(prop, name)
    other = interfaces.get(note(interface, DESCRIBED_BY) or "")
    if own is not None or other is None:
        return own
    namesake = other[1].find(f"property[@name='{prop.get('name')}']")
    return None if namesake is None else note(namesake, name)


# The shape of members, as facts.json writes it

def arguments(member, direction=None):
    return [[arg.get("name", ""), arg.get("type", "")] for arg in member.findall("arg")
            if direction is None or arg.get("direction") == direction]


def shape(member):
    name = member.get("name", "")
    if member.tag == "method":
        return {"name": name, "in": arguments(member, "in"), "out": arguments(member, "out")}
    if member.tag == "signal":
        return {"name": name, "args": arguments(member)}
    return {"name": name, "type": member.get("type", ""), "access": member.get("access", "")}


def differences(wanted, found):
    for part, value in wanted.items():
        if part != "name" and found[part] != value:
            yield f"{part} should be {json.dumps(value)}, is {json.dumps(found[part])}"


def compare_members(file, kind, wanted, found):
    wanted_names, found_names = [m["name"] for m in wanted], [m["name"] for m in found]
    for name in sorted(set(wanted_names) - set(found_names)):
        yield f"{file}: {name}: {kind} is missing"
    for name in sorted(set(found_names) - set(wanted_names)):
        yield f"{file}: {name}: {kind} is not among the facts"
    if sorted(found_names) != sorted(set(found_names)):
        yield f"{file}: interface: a {kind} stands twice"
    elif set(wanted_names) == set(found_names) and wanted_names != found_names:
        moved = next(b for a, b in zip(wanted_names, found_names) if a != b)
        yield f"{file}: {moved}: {kind} stands at another place than in the facts"
    by_name = {m["name"]: m for m in found}
    for member in wanted:
        for what in differences(member, by_name.get(member["name"], member)):
            yield f"{file}: {member['name']}: {what}"


def compare_shapes(facts, interfaces):
    for fact in facts["interfaces"]:
        name = fact["interface"]
        if name not in interfaces:
            yield f"{name}.xml: interface: is missing"
            continue
        file, element = interfaces[name]
        for kind, plural in (("method", "methods"), ("signal", "signals"), ("property", "properties")):
            found = [shape(member) for member in element.findall(kind)]
            yield from compare_members(file, kind, fact[plural], found)
        for stranger in sorted({child.tag for child in element} - {"annotation", "method", "signal", "property"}):
            yield f"{file}: interface: has <{stranger}>, which means nothing here"


def annotated(element, place):
    """The member, or the argument of a method or signal, that "member" or "member.argument" names."""
    member, _, argument = place.partition(".")
    for child in element:
        if child.get("name") == member:
            return child.find(f"arg[@name='{argument}']") if argument else child
    return None


def compare_enums(facts, interfaces):
    for enum, fact in facts["enums"].items():
        words = [word for word in fact["values"].values() if word]
        for place in fact["used_by"]:
            interface, member = place.split()
            file, element = interfaces.get(interface, (f"{interface}.xml", ElementTree.Element("none")))
            target = annotated(element, member)
            found = (target is not None and note(target, VALUES) or "").split()
            if found != words:
                yield f"{file}: {member}: {VALUES} should be the words of {enum}: {' '.join(words)}"


# Documentation

def check_described(interfaces):
    for name, (file, interface) in interfaces.items():
        if not note(interface, DOC):
            yield f"{file}: interface: has no {DOC}"
        for member in interface:
            if member.tag in ("method", "signal") and not note(member, DOC):
                yield f"{file}: {member.get('name')}: has no {DOC}"
            if member.tag == "property" and not described(interfaces, interface, member, DOC):
                yield f"{file}: {member.get('name')}: has no {DOC}"


def fits(signature, value):
    """Whether a text can be a value of a basic type."""
    if signature == "b":
        return value in ("true", "false")
    if signature in INTEGERS:
        low, high = INTEGERS[signature]
        return re.fullmatch(r"-?\d+", value) is not None and low <= int(value) < high
    return signature == "s"


def within(limits, value):
    """limits: "lowest..highest"; an end that is left out is open."""
    low, high = limits.split("..")
    return (not low or int(value) >= int(low)) and (not high or int(value) <= int(high))


def default_complaint(interface, prop, get):
    """get: annotation name -> value. "=other" as default stands for the present value of another property."""
    default, kind, words = get(DEFAULT), prop.get("type"), (get(VALUES) or "").split()
    if default is None:
        return None
    if default.startswith("="):
        other = interface.find(f"property[@name='{default[1:]}']")
        agrees = other is not None and other.get("type") == kind
        return None if agrees else f"default {default} names no property of its type"
    if not fits(kind, default):
        return f"default '{default}' is not of type {kind}"
    if words and default and default not in words:
        return f"default '{default}' is not among the allowed words"
    if get(RANGE) and not within(get(RANGE), default):
        return f"default '{default}' is outside the range {get(RANGE)}"
    return None


def property_complaints(name, interface, prop, get):
    if get(RANGE) and not re.fullmatch(r"(-?\d+)?\.\.(-?\d+)?", get(RANGE)):
        yield f"range '{get(RANGE)}' does not read lowest..highest"
        return
    complaint = default_complaint(interface, prop, get)
    if complaint:
        yield complaint
    if name in EVERY_DEFAULT_STATED and prop.get("access") == "readwrite":
        if get(DEFAULT) is None:
            yield f"has no {DEFAULT}"
        if get(APPLIES) not in ("now", "next-start"):
            yield f"{APPLIES} should be now or next-start"


def check_properties(interfaces):
    for name, (file, interface) in interfaces.items():
        for prop in interface.findall("property"):
            def get(annotation, prop=prop, interface=interface):
                return described(interfaces, interface, prop, annotation)
            for complaint in property_complaints(name, interface, prop, get):
                yield f"{file}: {prop.get('name')}: {complaint}"


def check_described_by(interfaces):
    """Values that another interface of the same object has too are left out of GetManagedObjects here."""
    for file, interface in interfaces.values():
        reference = note(interface, DESCRIBED_BY)
        if reference is None:
            continue
        if reference not in interfaces:
            yield f"{file}: interface: is described by {reference}, which is missing"
            continue
        shared = {prop.get("name") for prop in interfaces[reference][1].findall("property")}
        for prop in interface.findall("property"):
            if (prop.get("name") in shared) != (note(prop, EXPLICIT) == "true"):
                yield f"{file}: {prop.get('name')}: {EXPLICIT} belongs to what {reference} has too, and to nothing else"


# The catalogue of errors

def error_complaints(row):
    if not re.fullmatch(r"[a-z][a-z0-9_]*", row.get("symbol", "")):
        yield "the symbol should be words in lower case with underscores"
    if row.get("code") != "0" and row.get("name") != FAILED:
        yield f"errors with a code are named {FAILED}"
    if not row.get("name", "").startswith("org.freedesktop.DBus.Error."):
        yield "the name should be one of the standard D-Bus error names"
    for part in ("meaning", "remedy"):
        if not (row.findtext(part) or "").strip():
            yield f"has no {part}"


def check_errors(facts, folder):
    file = "errors.xml"
    try:
        rows = ElementTree.parse(folder / file).getroot().findall("error")
    except (OSError, ElementTree.ParseError) as error:
        yield f"{file}: file: cannot be read: {error}"
        return
    symbols, codes = set(), {}
    for row in rows:
        symbol, code = row.get("symbol", "?"), row.get("code", "")
        yield from (f"{file}: {symbol}: {complaint}" for complaint in error_complaints(row))
        if symbol in symbols:
            yield f"{file}: {symbol}: stands twice"
        if code != "0" and code in codes:
            yield f"{file}: {symbol}: has the code {code} of {codes[code].get('symbol')}"
        symbols.add(symbol)
        codes[code] = row
    yield from compare_codes(file, facts["errors"], {code: row for code, row in codes.items() if code != "0"})


def compare_codes(file, wanted, found):
    for fact in wanted:
        code, row = str(fact["code"]), found.get(str(fact["code"]))
        if row is None:
            yield f"{file}: {fact['symbol']}: code {code} is missing"
        elif row.get("symbol") != fact["symbol"]:
            yield f"{file}: {row.get('symbol')}: code {code} belongs to {fact['symbol']}"
        elif (row.get("reserved") == "true") != fact["reserved"]:
            yield f"{file}: {fact['symbol']}: reserved should be {str(fact['reserved']).lower()}"
    for code in sorted(set(found) - {str(fact["code"]) for fact in wanted}):
        yield f"{file}: {found[code].get('symbol')}: code {code} is not among the facts"


def complaints_about(folder):
    facts = json.loads((HERE / "facts.json").read_text(encoding="utf-8"))
    interfaces, complaints = read_interfaces(folder)
    complaints += compare_shapes(facts, interfaces)
    complaints += compare_enums(facts, interfaces)
    complaints += check_described(interfaces)
    complaints += check_properties(interfaces)
    complaints += check_described_by(interfaces)
    complaints += check_errors(facts, folder)
    return complaints, len(interfaces)


def main(arguments):
    folder = pathlib.Path(arguments[0]) if arguments else HERE.parents[1] / "idl"
    complaints, interfaces = complaints_about(folder)
    for complaint in complaints:
        print(complaint)
    print(f"{interfaces} interfaces: " + (f"{len(complaints)} complaint(s)" if complaints else "as the facts say"))
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
