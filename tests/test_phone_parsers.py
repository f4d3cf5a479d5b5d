"""What Android prints, in the forms that are known, and what is made of it. Texts of several versions."""

from __future__ import annotations

import contextlib
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from screenwright.tools.errors import BadAction
from screenwright.tools.geometry import Region, Size, View
from screenwright.tools.phone import apps, capture, keycodes, quoting, screens, tree

DISPLAY = """\
DISPLAY MANAGER (dumpsys display)
  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=%s, displayId=0, \
uniqueId='local:4619827259835644672', physicalPort=0, orientation=%d, logicalFrame=Rect(0, 0 - %d, %d), \
physicalFrame=Rect(0, 0 - 1080, 2400), deviceWidth=1080, deviceHeight=2400}]
  mScreenState=%s
"""
FOLDED = """\
  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=false, displayId=0, uniqueId='local:11', \
physicalPort=0, orientation=0, logicalFrame=Rect(0, 0 - 1840, 2208), physicalFrame=Rect(0, 0 - 1840, 2208)}, \
DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, uniqueId='local:22', physicalPort=1, \
orientation=1, logicalFrame=Rect(0, 0 - 2092, 1080), physicalFrame=Rect(0, 0 - 1080, 2092)}]
"""
WINDOWS = """\
WINDOW MANAGER WINDOWS (dumpsys window windows)
  Window #0 Window{9b2f3c1 u0 InputMethod}:
    mDisplayId=0 mSession=Session{1 2:u0a3} mClient=android.os.BinderProxy@1
    mAttrs={(0,0)(fillxfill) gr=BOTTOM ty=INPUT_METHOD fl=NOT_FOCUSABLE LAYOUT_IN_SCREEN}
    mFrame=[0,74][1080,2400] last=[0,0][0,0]
    touchable region=SkRegion((0,1500,1080,2400))
    isOnScreen=true
    isVisible=true
  Window #1 Window{51cbd85 u0 com.example.bank/com.example.bank.MainActivity}:
    mAttrs={(0,0)(fillxfill) ty=BASE_APPLICATION fl=LAYOUT_IN_SCREEN SECURE HARDWARE_ACCELERATED}
    mFrame=[0,74][1080,2274] last=[0,74][1080,2274]
    isOnScreen=true
  mCurrentFocus=Window{51cbd85 u0 com.example.bank/com.example.bank.MainActivity}
  mFocusedApp=ActivityRecord{d3 u0 com.example.bank/.MainActivity t12}
  mDreamingLockscreen=false
"""


def shown(state: str = "ON", rotation: int = 0, wide: int = 1080, high: int = 2400) -> str:
    return DISPLAY % ("true", rotation, wide, high, state)


def test_the_glass_is_as_it_is_turned_now() -> None:
    upright = screens.glass("Physical size: 1080x2400\n" + shown())
    assert upright == screens.Glass(Size(1080, 2400), 0, "4619827259835644672", True)
    lying = screens.glass("Physical size: 1080x2400\n" + shown("OFF", 1, 2400, 1080))
    assert lying and (lying.logical, lying.rotation, lying.lit) == (Size(2400, 1080), 1, False)


def test_an_override_wins_and_is_turned_too() -> None:
    text = "Physical size: 1440x3200\nOverride size: 720x1600\nmCurrentOrientation=3\n"
    assert screens.size(text) == Size(720, 1600)
    found = screens.glass(text)
    assert found and (found.logical, found.rotation, found.physical_id) == (Size(1600, 720), 3, None)


def test_of_two_screens_of_a_foldable_the_active_one_counts() -> None:
    found = screens.glass(FOLDED)
    assert found and (found.logical, found.rotation, found.physical_id) == (Size(2092, 1080), 1, "22")


def test_no_size_is_no_glass() -> None:
    assert screens.glass("Can't find service: display") is None


@pytest.mark.parametrize(
    ("text", "on"),
    [
        ("  mWakefulness=Awake\n", True),
        ("  mWakefulness=Dozing\n", False),
        ("mWakefulnessRaw\nDisplay Power: state=OFF\n", False),
        ("mScreenOn=true", True),
        ("Power Manager State:", None),
    ],
)
def test_whether_it_is_awake(text: str, on: bool | None) -> None:
    assert screens.awake(text) is on


def test_the_window_in_front_and_that_it_is_secure() -> None:
    found = screens.front(WINDOWS)
    assert found
    assert (found.package, found.activity) == ("com.example.bank", "com.example.bank.MainActivity")
    assert found.frame == Region(0, 74, 1080, 2200)
    assert found.secure
    assert screens.locked(WINDOWS) is False
    assert screens.keyboard(WINDOWS) == Region(0, 1500, 1080, 900)
    hidden = WINDOWS.replace("isOnScreen=true\n    isVisible=true", "isOnScreen=false\n    isVisible=false")
    assert screens.keyboard(hidden) is None
    by_insets = WINDOWS.replace(
        "touchable region=SkRegion((0,1500,1080,2400))", "mGivenContentInsets=[0,1426][0,0]"
    )
    assert screens.keyboard(by_insets) == Region(0, 1500, 1080, 900)
    untold = WINDOWS.replace("touchable region=SkRegion((0,1500,1080,2400))", "")
    assert screens.keyboard(untold) is None
    assert screens.locked("KeyguardServiceDelegate\n  showing=true\n") is True


def test_one_lit_screen_of_two_is_enough() -> None:
    found = screens.glass(shown("OFF") + "mScreenState=ON\n")
    assert found and found.lit


def test_flags_of_older_androids_are_numbers() -> None:
    text = WINDOWS.replace("fl=LAYOUT_IN_SCREEN SECURE HARDWARE_ACCELERATED", "fl=#81812100")
    found, plain = screens.front(text), screens.front(text.replace("#81812100", "#81810100"))
    assert found and found.secure and plain and not plain.secure


def test_a_window_without_an_app_and_no_window() -> None:
    shade = screens.front("  mCurrentFocus=Window{3d5 u0 NotificationShade}\n")
    assert shade and (shade.package, shade.activity) == (None, "NotificationShade")
    assert screens.front("  mCurrentFocus=null\n") is None
    older = screens.front(
        "mCurrentFocus=null\n mFocusedApp=AppWindowToken{a token=Token{b ActivityRecord{c u0 a.b/.C t1}}}"
    )
    assert older and (older.package, older.activity) == ("a.b", "a.b.C")


NODE = (
    '<node index="0" text="{text}" class="{kind}" package="a.b" content-desc="{desc}" {marks} bounds="{box}">'
    "{inside}</node>"
)


def node(kind: str, box: str, text: str = "", desc: str = "", marks: str = "", inside: str = "") -> str:
    kind = kind if "." in kind else f"android.widget.{kind}"
    return NODE.format(text=text, kind=kind, desc=desc, marks=marks, box=box, inside=inside)


def dump(inside: str, rotation: int = 0) -> str:
    top = node("FrameLayout", "[0,0][1080,2400]", inside=inside)
    head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
    xml = f'{head}<hierarchy rotation="{rotation}">{top}</hierarchy>'
    return f"WARNING: linker: libx.so\n{xml}UI hierchary dumped to: /dev/tty\n"


SCREEN = View(Size(1080, 2400))


def test_nodes_become_elements() -> None:
    found = tree.parse(
        dump(
            node("TextView", "[40,100][400,160]", "Title")
            + node("EditText", "[40,200][1040,330]", "Milk &amp; eggs", marks='focused="true"')
            + node("EditText", "[40,350][1040,480]", "••••", "PIN", marks='password="true"')
            + node("Button", "[40,500][400,620]", "Save", marks='clickable="true" enabled="false"')
            + node("ImageView", "[900,500][1000,600]", desc="Search", marks='clickable="true"')
            + node("androidx.recyclerview.widget.RecyclerView", "[0,700][1080,2400]", marks='scrollable="true"')
            + node("TextView", "[40,2380][1040,2480]", "half below")
            + node("TextView", "[40,2500][1040,2600]", "below")
        )
    )
    elements = found.elements(SCREEN)
    by_name = {element.text: element for element in elements}
    assert [e.role for e in elements] == ["text", "field", "field", "button", "button", "scroll", "text"]
    field = elements[1]
    assert (field.value, field.focused, field.region) == ("Milk & eggs", True, Region(40, 200, 1000, 130))
    assert by_name["PIN"].secret and by_name["PIN"].value is None
    assert not by_name["Save"].enabled
    assert by_name["half below"].region == Region(40, 2380, 1000, 20)
    assert "below" not in by_name
    assert {e.source for e in elements} == {"uiautomator"}
    assert found.package == "a.b"
    focused = found.focused()
    assert focused and focused.name == "Milk & eggs"


def test_boxes_are_in_pixels_of_the_frame() -> None:
    found = tree.parse(dump(node("Button", "[540,1200][1080,2400]", "Half"))).elements(
        View(Size(540, 1200), scale=0.5)
    )
    assert found[0].region == Region(270, 600, 270, 600)


@pytest.mark.parametrize(
    ("text", "name"),
    [("PIN", "PIN"), ("Enter your password", "Enter your password"), ("hunter2", ""), ("••••", "")],
)
def test_a_password_is_never_a_name(text: str, name: str) -> None:
    found = tree.parse(dump(node("EditText", "[0,0][100,100]", text, marks='password="true"'))).elements(SCREEN)
    assert (found[0].text, found[0].value, found[0].secret) == (name, None, True)


def test_a_switch_is_called_by_its_row() -> None:
    def row(name: str, top: int) -> str:
        words = node(
            "LinearLayout",
            f"[0,{top}][800,{top + 100}]",
            inside=node("TextView", f"[40,{top}][400,{top + 60}]", name),
        )
        switch = node("Switch", f"[900,{top}][1040,{top + 100}]", marks='checkable="true" checked="true"')
        return node(
            "LinearLayout", f"[0,{top}][1080,{top + 100}]", marks='clickable="true"', inside=words + switch
        )

    found = tree.parse(dump(row("Wi-Fi", 100) + row("Bluetooth", 200))).elements(SCREEN)
    assert [(e.text, e.checked) for e in found if e.role == "checkbox"] == [("Wi-Fi", True), ("Bluetooth", True)]
    page = node("TextView", "[0,0][1080,100]", "Title of the page") + node("EditText", "[0,200][1080,300]", "Hint")
    assert [e.text for e in tree.parse(dump(page)).elements(SCREEN)] == ["Title of the page", "Hint"]


def test_a_button_of_compose_is_called_by_what_it_holds() -> None:
    inside = node("TextView", "[60,110][200,150]", "Add to cart")
    found = tree.parse(
        dump(node("android.view.View", "[40,100][400,160]", marks='clickable="true"', inside=inside))
    )
    assert [(e.text, e.role) for e in found.elements(SCREEN)] == [("Add to cart", "button")]


def test_a_card_of_several_texts_is_those_texts() -> None:
    inside = node("TextView", "[60,110][200,150]", "Shopping") + node("TextView", "[60,150][200,190]", "Milk")
    found = tree.parse(dump(node("LinearLayout", "[40,100][400,200]", marks='clickable="true"', inside=inside)))
    assert [(e.text, e.role) for e in found.elements(SCREEN)] == [("Shopping", "text"), ("Milk", "text")]


def test_a_hint_is_a_name_and_no_value() -> None:
    found = tree.parse(dump(node("EditText", "[0,0][100,100]", "Search", marks='hint="Search"'))).elements(SCREEN)
    assert (found[0].text, found[0].value) == ("Search", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ERROR: could not get idle state.\n", "does not come to rest"),
        ("ERROR: null root node returned by UiTestAutomationBridge.\n", "no window is ready"),
        ("java.lang.IllegalStateException: UiAutomationService ... already registered!", "uiautomator2, Appium"),
        ("", "printed nothing"),
        ("Killed", "'Killed'"),
        (dump("")[:200] + "</hierarchy>", "cut or broken"),
    ],
)
def test_a_dump_without_a_tree_says_why(text: str, said: str) -> None:
    with pytest.raises(tree.NoTree, match=said):
        tree.parse(text)


def test_characters_that_xml_forbids_are_left_out() -> None:
    found = tree.parse(dump(node("Button", "[0,0][10,10]", "a&#0;b&#x1F;c&#10;d")))
    assert [e.text for e in found.elements(SCREEN)] == ["abc d"]


def picture(width: int, height: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.arange(width * height * 4, dtype=np.uint32).astype(np.uint8).reshape(height, width, 4)


def raw(width: int, height: int, header: int = 16, form: int = 1) -> bytes:
    return struct.pack("<IIII", width, height, form, 1)[:header] + picture(width, height).tobytes()


def png(width: int, height: int) -> bytes:
    import cv2

    done, payload = cv2.imencode(".png", cv2.cvtColor(picture(width, height), cv2.COLOR_RGBA2BGR))
    assert done
    return payload.tobytes()


WARNING = (
    b"[Warning] Multiple displays were found, but no display id was specified! Defaulting to the first display "
    b"found, however this default is not guaranteed to be consistent across captures.\n"
    b'A display ID can be specified with the [-d display-id] option. See "dumpsys SurfaceFlinger --display-id".\n'
)


@pytest.mark.parametrize("before", [b"", WARNING, b"WARNING: linker: /system/lib64/libx.so: unused DT entry\n"])
@pytest.mark.parametrize("header", [12, 16])
def test_both_forms_show_the_same_pixels(before: bytes, header: int) -> None:
    of_raw, of_png = capture.raw(before + raw(7, 5, header)), capture.png(before + png(7, 5))
    assert of_raw.words.shape == (5, 7)
    assert np.array_equal(of_raw.words & 0xFFFFFF, of_png.words & 0xFFFFFF)
    first = picture(7, 5)[0, 1]
    assert of_raw.words[0, 1] & 0xFFFFFF == int(first[0]) << 16 | int(first[1]) << 8 | int(first[2])
    assert of_raw.several_displays == of_png.several_displays == (before == WARNING)


def test_a_warning_after_the_picture_is_seen_too() -> None:
    assert capture.png(png(3, 3) + WARNING).several_displays


@given(st.integers(0, len(raw(7, 5)) - 1))
def test_a_raw_picture_that_broke_off_is_refused(cut: int) -> None:
    if cut == len(raw(7, 5)) - 4:
        return  # one pixel less behind 16 bytes is as long as a whole one behind 12
    with pytest.raises(capture.Torn):
        capture.raw(raw(7, 5)[:cut])


@given(st.integers(0, len(png(7, 5)) - 1))
def test_a_png_that_broke_off_is_refused(cut: int) -> None:
    with pytest.raises(capture.Torn, match=f"broke off after {cut} bytes" if cut > 8 else None):
        capture.png(png(7, 5)[:cut])


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"", "gave nothing"),
        (b"Error opening file: /dev/graphics/fb0 (Permission denied)\n", "Permission denied"),
        (raw(3, 3, form=22), "format 22"),
    ],
)
def test_what_is_no_picture_is_told(payload: bytes, said: str) -> None:
    with pytest.raises(capture.Torn, match=said):
        capture.raw(payload)


def typed(commands: list[str]) -> str:
    """What `input` makes of the commands: the shell takes the quotes away, each `%s` becomes a space."""
    import shlex

    keys = {"66": "\n", "61": "\t"}
    out = ""
    for command in commands:
        program, kind, *rest = shlex.split(command)
        assert program == "input" and rest
        if kind == "text":
            assert len(rest) == 1 and rest[0].isprintable()
            out += rest[0].replace("%s", " ")
        else:
            assert kind == "keyevent"
            out += "".join(keys[code] for code in rest)
    return out


@given(st.text(st.sampled_from("ab s%'\"\\$`;&|<>()*?#~!{}[]-\n\t "), max_size=60))
def test_what_is_typed_is_what_was_meant(text: str) -> None:
    assert quoting.typable(text)
    assert typed(quoting.commands(text)) == text


def test_long_texts_and_the_escape_itself() -> None:
    assert typed(quoting.commands("%s 100%sure %%s" + "x" * 950)) == "%s 100%sure %%s" + "x" * 950
    assert len(quoting.commands("x" * 950)) == 5
    assert quoting.commands("") == []
    assert [quoting.typable(text) for text in ("Grüße", "你好", "🎉", "a\rb", "plain")] == [False] * 4 + [True]


@pytest.mark.parametrize(
    ("keys", "count", "together", "commands"),
    [
        (("enter",), 1, None, ["input keyevent 66"]),
        (("backspace",), 3, False, ["input keyevent 67 67 67"]),
        (("Home",), 1, None, ["input keyevent 122"]),
        (("a",), 1, None, ["input keyevent 29"]),
        (("A",), 2, None, ["input text AA"]),
        (("ctrl", "a"), 1, True, ["input keycombination 113 29"]),
        (("Ctrl", "C"), 1, None, ["input keycombination 113 31"]),
        (("ctrl", "c"), 1, False, ["input keyevent 278"]),
        (("F5",), 1, True, ["input keyevent 135"]),
    ],
)
def test_keys_and_chords(keys: tuple[str, ...], count: int, together: bool | None, commands: list[str]) -> None:
    assert keycodes.chord(keys, count, together=together) == commands


@pytest.mark.parametrize(
    ("keys", "together", "said"),
    [
        (("nosuchkey",), None, "no key 'nosuchkey'"),
        (("f13",), None, "no key 'f13'"),
        (("ctrl", "é"), True, "no key 'é'"),
        (("ctrl", "a"), False, "Android before 13"),
    ],
)
def test_keys_that_a_phone_has_not(keys: tuple[str, ...], together: bool | None, said: str) -> None:
    with pytest.raises(BadAction, match=said):
        keycodes.chord(keys, 1, together=together)


ACTIVITIES = """\
2 activities found:
  Activity #0:
    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false
    ActivityInfo:
      name=com.android.settings.Settings
      packageName=com.android.settings
      labelRes=0x7f120b3c nonLocalizedLabel=null icon=0x7f0800 banner=0x0
      ApplicationInfo:
        packageName=com.android.settings
        labelRes=0x7f1 nonLocalizedLabel=null icon=0x7f0800
  Activity #1:
    priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=false
    ActivityInfo:
      name=com.example.pad.Main
      packageName=com.example.pad
      labelRes=0x0 nonLocalizedLabel=Scratch Pad icon=0x7f banner=0x0
"""
BRIEF = """\
2 activities found:
  priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true
  com.android.settings/.Settings
  priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true
  com.example.pad/com.example.pad.Main
"""


def test_apps_and_their_names() -> None:
    full, brief = apps.launchable(ACTIVITIES), apps.launchable(BRIEF)
    assert [(app.package, app.activity) for app in full] == [
        ("com.android.settings", "com.android.settings.Settings"),
        ("com.example.pad", "com.example.pad.Main"),
    ]
    assert [app.name for app in full] == ["Settings", "Scratch Pad"]
    assert [app.package for app in brief] == [app.package for app in full]
    for name in ("settings", "设置", "com.android.settings"):
        assert apps.named(name, full) is full[0]
    for name in ("scratch pad", "ScratchPad", "Pad"):
        assert apps.named(name, full) is full[1]
    assert "-n com.example.pad/com.example.pad.Main" in full[1].starting()
    with pytest.raises(BadAction, match="near: Settings"):
        apps.named("Setings", full)


def test_two_apps_of_one_name_are_asked_back() -> None:
    both = [apps.App("com.android.camera"), apps.App("com.huawei.camera")]
    with pytest.raises(BadAction, match="say the package"):
        apps.named("camera", both)
    assert apps.named("com.huawei.camera", both) is both[1]


def test_packages_are_read_with_and_without_their_files() -> None:
    text = "package:b.c\npackage:/data/app/~~x==/a.b-y==/base.apk=a.b\n\nnoise\n"
    assert apps.packages(text) == ["a.b", "b.c"]


def test_every_well_known_app_is_found_by_its_own_name() -> None:
    assert apps.named("微信", [apps.App("com.tencent.mm"), apps.App("com.tencent.mobileqq")]).name == "WeChat"
    for package, names in apps.well_known().items():
        for name in names:
            assert apps.named(name, [apps.App(package)]).package == package


GOLDEN = (
    shown(),
    FOLDED,
    WINDOWS,
    ACTIVITIES,
    dump(node("EditText", "[0,0][9,9]", "&#10;&amp;", marks='password="true" hint="x"')),
    "mCurrentFocus=null\n mFocusedApp=ActivityRecord{1 u0 a.b/.C t1}\nmWakefulness=Awake",
)


@given(st.sampled_from(GOLDEN), st.data())
def test_whatever_is_printed_the_parsers_stand(text: str, data: st.DataObject) -> None:
    """Cut, joined and spoilt: a fact that can't be read is None, and a tree that can't be read says why."""
    first, last = sorted((data.draw(st.integers(0, len(text))), data.draw(st.integers(0, len(text)))))
    spoilt = text[:first] + data.draw(st.text(st.sampled_from("{}[](),=/<>&;# \n0u.x"), max_size=8)) + text[last:]
    for read in (screens.glass, screens.front, screens.keyboard, screens.awake, screens.locked, screens.typing):
        read(spoilt)
    apps.launchable(spoilt)
    apps.packages(spoilt)
    with contextlib.suppress(tree.NoTree):
        tree.parse(spoilt).elements(SCREEN)
