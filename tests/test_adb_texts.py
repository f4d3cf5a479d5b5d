"""What adb 29 and 36 print and what their servers say, and what is made of it: golden texts, pure parsers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.tools.adb import listing, reach, trouble
from screenwright.tools.adb.listing import Announced, Listed
from screenwright.tools.adb.trouble import ConnectionBroken, recognise
from screenwright.tools.errors import BadScript, DeviceLost, Ending, Mendable, NotInstalled, OutcomeUnknown

KEYS = """device unauthorized.
This adb server's $ADB_VENDOR_KEYS is not set
Try 'adb kill-server' if that seems wrong.
Otherwise check for a confirmation dialog on your device."""
TEXTS: list[tuple[str, type[Ending], str]] = [
    # as the programs print them, 29 with `error:`, 36 with `adb:`, and as their servers say them
    ("failed to connect to '127.0.0.1:1': Connection refused", trouble.CannotConnect, "wireless debugging is on"),
    ("failed to connect to 10.0.0.9:5555", trouble.CannotConnect, "wireless debugging is on"),
    ("failed to resolve host: 'no.such.host': Name or service not known", trouble.CannotConnect, "no.such.host"),
    ("bad port number '' in 'garbage:'", trouble.CannotConnect, "garbage:"),
    ("failed to authenticate to 127.0.0.1:6612", trouble.Unauthorized, "Allow USB debugging"),
    (f"error: {KEYS}", trouble.Unauthorized, "Allow USB debugging"),
    (f"adb: {KEYS}", trouble.Unauthorized, "Allow USB debugging"),
    ("error: device still authorizing", trouble.Unauthorized, "Allow USB debugging"),
    ("error: device offline", trouble.Offline, "plug it in again"),
    ("adb: device offline", trouble.Offline, "plug it in again"),
    ("device offline (transport offline)", trouble.Offline, "plug it in again"),
    ("device offline (no transport)", trouble.Offline, "plug it in again"),
    ("error: device still connecting", trouble.Offline, "plug it in again"),
    ("error: no devices/emulators found", trouble.NoPhone, "USB debugging"),
    ("adb: no devices/emulators found", trouble.NoPhone, "USB debugging"),
    ("error: device 'nope' not found", trouble.UnknownPhone, "adb devices -l"),
    ("adb: device 'nope' not found", trouble.UnknownPhone, "adb devices -l"),
    ("no such device '127.0.0.1:1'", trouble.UnknownPhone, "adb devices -l"),
    ("error: more than one device/emulator", trouble.SeveralPhones, "ANDROID_SERIAL"),
    ("adb: more than one device/emulator", trouble.SeveralPhones, "ANDROID_SERIAL"),
    ("adb: unknown command pair", trouble.AdbTooOld, "adb 30 or newer"),
    ("unknown host service", trouble.AdbTooOld, "adb 30 or newer"),
    ("unknown host service 'nonsense'", trouble.AdbTooOld, "adb 30 or newer"),
    ("Failed: Unable to start pairing client.", trouble.PairingFailed, "another than the one to connect to"),
    ("Failed: Wrong password or connection was dropped.", trouble.PairingFailed, "pairing code"),
    ("error: protocol fault (couldn't read status message): Success", trouble.ServerTrouble, "port"),
    ("adb server version (41) doesn't match this client (39); killing...", trouble.VersionClash, "one adb"),
    ("cannot connect to daemon at tcp:5037: Connection refused", trouble.ServerTrouble, "port"),
    ("could not install *smartsocket* listener: Address already in use", trouble.ServerTrouble, "port"),
    ("error: insufficient permissions for device: user in plugdev group", trouble.NoPermission, "udev rules"),
    ("error: closed", trouble.Refused, "does not offer this"),
    ("something that adb has never said", trouble.Refused, "does not know this answer"),
    ("", trouble.Refused, "adb says nothing"),
]


@pytest.mark.parametrize(("text", "kind", "fix"), TEXTS)
def test_every_text_is_known_and_has_its_fix(text: str, kind: type[Ending], fix: str) -> None:
    error = recognise(text, "serial-7")
    assert type(error) is kind, error
    assert fix in str(error)
    assert "kill-server" not in str(error), "that would end what others do on their phones"
    assert isinstance(error, DeviceLost | NotInstalled)


def test_the_message_names_the_device_once() -> None:
    assert str(recognise("error: device offline", "R5CT")).startswith("R5CT: device offline; ")
    assert str(recognise("adb: device 'R5CT' not found", "R5CT")).startswith("device 'R5CT' not found; ")


@given(st.text(max_size=200))
def test_any_text_is_an_error_that_ends(text: str) -> None:
    assert isinstance(recognise(text), Ending)


def test_a_break_says_what_is_known_and_what_is_not() -> None:
    sent = ConnectionBroken("input tap 1 2", True)
    unsent = ConnectionBroken("x" * 500, False, "the time was up")
    assert isinstance(sent, OutcomeUnknown) and isinstance(sent, Mendable)
    assert "'input tap 1 2'" in str(sent) and "not known: look at the screen" in str(sent)
    assert "nothing was done" in str(unsent) and "the time was up" in str(unsent)
    assert unsent.command == "x" * 500 and not unsent.sent and len(str(unsent)) < 300


DEVICES = """* daemon not running; starting now at tcp:5037
* daemon started successfully
List of devices attached
127.0.0.1:6612         device product:sdk_phone model:Sim_Phone device:sim transport_id:1
R5CT10XXXXX            unauthorized usb:1-2 transport_id:3
emulator-5554          offline transport_id:12
0123456789ABCDEF       no permissions (user in plugdev group; are your udev rules wrong?); see [x] usb:3-1 \
transport_id:4
HT7A                   recovery product:p model:m device:d transport_id:5
adb-R5CT-Ab1c (2)._adb-tls-connect._tcp device product:a52 model:SM_A525F device:a52q transport_id:9
old-one\tdevice
"""


def test_devices_of_both_lists() -> None:
    assert listing.devices(DEVICES) == [
        Listed("127.0.0.1:6612", "device", "Sim_Phone", "sdk_phone", 1),
        Listed("R5CT10XXXXX", "unauthorized", transport=3),
        Listed("emulator-5554", "offline", transport=12),
        Listed("0123456789ABCDEF", "no permissions", transport=4),
        Listed("HT7A", "recovery", "m", "p", 5),
        Listed("adb-R5CT-Ab1c (2)._adb-tls-connect._tcp", "device", "SM_A525F", "a52", 9),
        Listed("old-one", "device"),
    ]
    assert listing.devices("") == listing.devices("List of devices attached\n\n") == []


@given(st.text(max_size=300))
def test_any_list_is_read(text: str) -> None:
    assert all(each.serial and each.state for each in listing.devices(text))
    assert all(each.name and each.address for each in listing.announced("a\t_adb._tcp\tb:1\n" + text)[:1])


READY = Listed("A", "device", "Pixel_8")
GONE = Listed("B:5555", "offline")
LOCKED = Listed("C", "unauthorized")


@pytest.mark.parametrize(
    ("listed", "serial", "expected"),
    [([READY], None, READY), ([READY], "A", READY), ([GONE, READY], None, READY), ([READY, LOCKED], "A", READY)],
)
def test_the_device_that_is_meant(listed: list[Listed], serial: str | None, expected: Listed) -> None:
    assert listing.pick(listed, serial) is expected


@pytest.mark.parametrize(
    ("listed", "serial", "kind", "said"),
    [
        ([], None, trouble.NoPhone, "no phone is connected"),
        ([READY], "Z", trouble.UnknownPhone, r"no device 'Z'; there are: A \(Pixel 8, ready\)"),
        (
            [READY, Listed("D", "device")],
            None,
            trouble.SeveralPhones,
            r"2 devices: A \(Pixel 8, ready\), D \(ready\)",
        ),
        # The person may have meant the one that waits for its key: that is not guessed.
        ([READY, LOCKED], None, trouble.SeveralPhones, r"C \(unauthorized\)"),
        ([LOCKED], None, trouble.Unauthorized, "C: it has not accepted this computer's key"),
        ([GONE], None, trouble.Offline, "B:5555: adb lists it as offline"),
        ([GONE, READY], "B:5555", trouble.Offline, "B:5555"),
        ([Listed("E", "no permissions")], None, trouble.NoPermission, "udev"),
        ([Listed("F", "bootloader")], None, trouble.NotBooted, "F: it is in its bootloader"),
    ],
)
def test_no_device_is_guessed(listed: list[Listed], serial: str | None, kind: type[Ending], said: str) -> None:
    with pytest.raises(kind, match=said):
        listing.pick(listed, serial)


def test_phones_that_announce_themselves() -> None:
    text = (
        "List of discovered mdns services\n"
        "adb-R5CT-Ab1c\t_adb-tls-connect._tcp\t192.168.1.5:37123\n"
        "adb-R5CT-Ab1c\t_adb-tls-pairing._tcp.\t192.168.1.5:40111\n"
        "adb-old (2)     _adb._tcp     192.168.1.6:5555\n"
        "printer\t_ipp._tcp\t192.168.1.9:631\n"
    )
    assert listing.announced(text) == [
        Announced("adb-R5CT-Ab1c", "connect", "192.168.1.5:37123"),
        Announced("adb-R5CT-Ab1c", "pair", "192.168.1.5:40111"),
        Announced("adb-old (2)", "connect", "192.168.1.6:5555"),
    ]


def test_what_a_server_says_of_itself() -> None:
    data = b"\x08\x02\x18\x02*\x0636.0.02\x0813206524:\x0c/opt/sdk/adbB\x08/tmp/logR\x00X\x00`\x01"
    assert listing.server_build(data) == ("36.0.0", "/opt/sdk/adb")
    assert listing.server_build(b"") == ("", "")


@given(st.binary(max_size=60))
def test_any_bytes_of_a_server_are_read(data: bytes) -> None:
    assert len(listing.server_build(data)) == 2


@pytest.mark.parametrize(
    ("place", "serial"),
    [
        ("192.168.1.5", "192.168.1.5:5555"),
        (" phone.local:41000 ", "phone.local:41000"),
        ("[fe80::1]:41000", "[fe80::1]:41000"),
        ("[fe80::1]", "[fe80::1]:5555"),
        ("adb-R5CT (2)._adb-tls-connect._tcp", "adb-R5CT (2)._adb-tls-connect._tcp"),
    ],
)
def test_an_address_gets_its_port(place: str, serial: str) -> None:
    assert reach.with_port(place) == serial
    assert reach.by_network(serial)


@pytest.mark.parametrize("place", ["", "  ", "two words", "host:"])
def test_what_is_no_address_is_refused(place: str) -> None:
    with pytest.raises(BadScript, match="write HOST:PORT"):
        reach.with_port(place)


def test_a_serial_of_usb_is_no_address() -> None:
    assert not reach.by_network("R5CT10XXXXX") and not reach.by_network("emulator-5554")
