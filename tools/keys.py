"""The names of keys: one table, from which both executors, the schema's help and the literal policy work."""

from __future__ import annotations

from collections.abc import Iterable

from screenwright.tools.errors import BadAction

# canonical name -> (X11 keysym name, pyautogui name or None)
KEYS: dict[str, tuple[str, str | None]] = {
    "ctrl": ("Control_L", "ctrl"),
    "shift": ("Shift_L", "shift"),
    "alt": ("Alt_L", "alt"),
    "altgr": ("ISO_Level3_Shift", None),
    "super": ("Super_L", "win"),
    "enter": ("Return", "enter"),
    "tab": ("Tab", "tab"),
    "escape": ("Escape", "esc"),
    "space": ("space", "space"),
    "backspace": ("BackSpace", "backspace"),
    "delete": ("Delete", "delete"),
    "insert": ("Insert", "insert"),
    "home": ("Home", "home"),
    "end": ("End", "end"),
    "page_up": ("Prior", "pageup"),
    "page_down": ("Next", "pagedown"),
    "up": ("Up", "up"),
    "down": ("Down", "down"),
    "left": ("Left", "left"),
    "right": ("Right", "right"),
    "caps_lock": ("Caps_Lock", "capslock"),
    "num_lock": ("Num_Lock", "numlock"),
    "scroll_lock": ("Scroll_Lock", "scrolllock"),
    "print_screen": ("Print", "printscreen"),
    "pause": ("Pause", "pause"),
    "menu": ("Menu", "apps"),
    "volume_up": ("XF86AudioRaiseVolume", "volumeup"),
    "volume_down": ("XF86AudioLowerVolume", "volumedown"),
    "volume_mute": ("XF86AudioMute", "volumemute"),
    "play_pause": ("XF86AudioPlay", "playpause"),
    "next_track": ("XF86AudioNext", "nexttrack"),
    "previous_track": ("XF86AudioPrev", "prevtrack"),
    "browser_back": ("XF86Back", "browserback"),
    "browser_forward": ("XF86Forward", "browserforward"),
    "numpad_enter": ("KP_Enter", None),
    **{f"f{n}": (f"F{n}", f"f{n}") for n in range(1, 25)},
    **{f"numpad_{n}": (f"KP_{n}", f"num{n}") for n in range(10)},
}

ALIASES: dict[str, str] = {
    "control": "ctrl", "ctl": "ctrl", "strg": "ctrl", "ctrl_l": "ctrl", "control_l": "ctrl", "ctrlleft": "ctrl",
    "umschalt": "shift", "shift_l": "shift", "shiftleft": "shift", "option": "alt", "opt": "alt",
    "alt_l": "alt", "altleft": "alt", "alt_gr": "altgr", "altright": "altgr", "win": "super", "windows": "super",
    "cmd": "super", "command": "super", "meta": "super", "super_l": "super", "winleft": "super",
    "return": "enter", "eingabe": "enter", "newline": "enter", "esc": "escape", "spacebar": "space",
    "leertaste": "space", "bksp": "backspace", "back_space": "backspace", "del": "delete", "entf": "delete",
    "entfernen": "delete", "ins": "insert", "einfg": "insert", "pos1": "home", "ende": "end",
    "pageup": "page_up", "pgup": "page_up", "prior": "page_up", "pagedown": "page_down", "pgdn": "page_down",
    "pgdown": "page_down", "next": "page_down", "arrowup": "up", "arrow_up": "up", "uparrow": "up",
    "arrowdown": "down", "arrow_down": "down", "downarrow": "down", "arrowleft": "left", "arrow_left": "left",
    "leftarrow": "left", "arrowright": "right", "arrow_right": "right", "rightarrow": "right",
    "capslock": "caps_lock", "numlock": "num_lock", "scrolllock": "scroll_lock", "printscreen": "print_screen",
    "prtsc": "print_screen", "print": "print_screen", "apps": "menu", "contextmenu": "menu", "plus": "+",
    "minus": "-", "comma": ",", "period": ".", "slash": "/", "equals": "=", "kp_enter": "numpad_enter",
    "volumeup": "volume_up", "volumedown": "volume_down", "mute": "volume_mute",
    "回车": "enter", "回车键": "enter", "确定键": "enter", "空格": "space", "空格键": "space", "制表键": "tab",
    "退格": "backspace", "退格键": "backspace", "删除键": "delete", "上": "up", "下": "down", "左": "left",
    "右": "right", "控制键": "ctrl", "换档键": "shift", "退出键": "escape",
}  # fmt: skip

NAMES: tuple[str, ...] = tuple(KEYS)

MODIFIERS = ("ctrl", "shift", "alt", "altgr", "super")


def canonical(name: str) -> str:
    """The name in `KEYS`, or one character that is a key by itself; BadAction, with near names, for others."""
    found = known(name)
    if found is None:
        near = ", ".join(_near(name)) or ", ".join(NAMES[:8])
        raise BadAction(f"there is no key {name!r}; near: {near}. A single character is a key too")
    return found


def chord(names: Iterable[str]) -> list[str]:
    """Canonical names of keys pressed together. 'Ctrl+C' is the key c with Ctrl, not Ctrl+Shift+C."""
    found = [canonical(name) for name in names]
    held = any(name in MODIFIERS for name in found)
    return [name.lower() if held and len(name) == 1 else name for name in found]


def known(name: str) -> str | None:
    """Like `canonical`, with None for what is no key."""
    if len(name) == 1 and name.isprintable() and name not in ALIASES:
        return "space" if name == " " else name
    folded = name.strip().lower().replace("-", "_").replace(" ", "_")
    folded = ALIASES.get(folded, folded)
    if folded in KEYS or len(folded) == 1:
        return folded
    squeezed = folded.replace("_", "")
    return ALIASES.get(squeezed, squeezed if squeezed in KEYS else None)


def _near(name: str) -> list[str]:
    from rapidfuzz import process

    hits = process.extract(name.lower(), [*NAMES, *ALIASES], limit=3, score_cutoff=55)
    return list(dict.fromkeys(hit[0] for hit in hits))
