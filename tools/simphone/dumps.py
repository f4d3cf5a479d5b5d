"""`dumpsys`: what the phone's services tell of themselves, as far as programs read it.

The forms are those of Android 14 as they are publicly known, cut down to the lines that matter.
"""

from __future__ import annotations

from collections.abc import Callable

from screenwright.tools.geometry import Region
from screenwright.tools.simphone.android import Android
from screenwright.tools.simphone.call import Call

DISPLAY_ID = "4619827259835644672"


def dumpsys(call: Call) -> int:
    args = [arg for arg in call.args if arg not in ("-t", "--timeout")]
    if args == ["-l"]:
        call.say("Currently running services:")
        for name in sorted(SERVICES):
            call.say(f"  {name}")
        return 0
    service = SERVICES.get(args[0]) if args else None
    if service is None:
        call.complain(f"Can't find service: {args[0] if args else ''}")
        return 0
    call.out(service(call.phone, args[1:]).encode())
    return 0


def window(phone: Android, args: list[str]) -> str:
    """The windows, and which of them has the focus."""
    app, metrics = phone.front, phone.metrics
    lines = ["WINDOW MANAGER WINDOWS (dumpsys window windows)"]
    if phone.keyboards.shown:
        frame = Region(
            0, metrics.status.bottom, metrics.screen.width, metrics.navigation.y - metrics.status.bottom
        )
        lines += _window(0, "9b2f3c1", "InputMethod", frame, "ty=INPUT_METHOD fl=NOT_FOCUSABLE LAYOUT_IN_SCREEN")
        keys = metrics.keyboard
        lines.append(f"    touchable region=SkRegion(({keys.x},{keys.y},{keys.right},{keys.bottom}))")
    whole = Region(0, 0, metrics.screen.width, metrics.screen.height)
    flags = "LAYOUT_IN_SCREEN " + "SECURE " * app.secure + "HARDWARE_ACCELERATED"
    lines += _window(1, "51cbd85", app.full, whole, f"ty=BASE_APPLICATION fmt=TRANSLUCENT fl={flags}")
    focus = "Window{3a1f5d2 u0 NotificationShade}" if phone.locked else f"Window{{51cbd85 u0 {app.full}}}"
    record = f"ActivityRecord{{d3c81a u0 {app.component} t12}}"
    upright = phone.size
    now = f"cur={phone.screen} app={phone.screen}"
    held = str(phone.locked).lower()
    lines += [
        f"  mCurrentFocus={focus if phone.awake else 'null'}",
        f"  mFocusedApp={record}",
        f"  mInputMethodTarget in display# 0 Window{{51cbd85 u0 {app.full}}}" if phone.keyboards.shown else "",
        f"  Display: mDisplayId=0 init={upright} {phone.density}dpi {now} rng=480x440-1080x1040",
        f"  mRotation=ROTATION_{phone.rotation * 90} mDisplayRotation=ROTATION_{phone.rotation * 90}",
        f"  mDreamingLockscreen={held}",
        f"  isStatusBarKeyguard={held}  mKeyguardShowing={held}",
        f"  mAwake={str(phone.awake).lower()} mScreenOnFully={str(phone.awake).lower()}",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _window(number: int, code: str, name: str, frame: Region, attributes: str) -> list[str]:
    box = f"[{frame.x},{frame.y}][{frame.right},{frame.bottom}]"
    return [
        f"  Window #{number} Window{{{code} u0 {name}}}:",
        "    mDisplayId=0 mSession=Session{3f1 2710:u0a10135} mClient=android.os.BinderProxy@7c1",
        f"    mAttrs={{(0,0)(fillxfill) sim={{adjust=resize}} {attributes}}}",
        f"    mFrame={box} last={box}",
        "    mHasSurface=true isReadyForDisplay()=true",
        "    isOnScreen=true",
        "    isVisible=true",
    ]


def display(phone: Android, args: list[str]) -> str:
    """The screen as input sees it: turned, and of the size that it pretends to have."""
    logical, physical = phone.screen, phone.size
    state = "ON" if phone.awake else "OFF"
    turned = phone.rotation % 2
    wide, high = (physical.height, physical.width) if turned else (physical.width, physical.height)
    return (
        "DISPLAY MANAGER (dumpsys display)\n"
        "  mOnlyCore=false\n"
        "  mViewports=[DisplayViewport{type=INTERNAL, valid=true, isActive=true, displayId=0, "
        f"uniqueId='local:{DISPLAY_ID}', physicalPort=0, orientation={phone.rotation}, "
        f"logicalFrame=Rect(0, 0 - {logical.width}, {logical.height}), "
        f"physicalFrame=Rect(0, 0 - {wide}, {high}), deviceWidth={wide}, deviceHeight={high}}}]\n"
        f"  mGlobalDisplayState={state}\n"
        "Display States: size=1\n"
        "  Display Id=0\n"
        f"  Display State={state}\n"
        f"    mCurrentOrientation={phone.rotation}\n"
        f'    mOverrideDisplayInfo=DisplayInfo{{"Built-in Screen", displayId 0, state {state}, '
        f"real {logical.width} x {logical.height}, density {phone.density_override or phone.density}, "
        f"rotation {phone.rotation}}}\n"
    )


def input_method(phone: Android, args: list[str]) -> str:
    shown = str(phone.keyboards.shown).lower()
    served = "androidx.appcompat.widget.AppCompatEditText" if phone.focus else "null"
    return (
        "Current Input Method Manager state:\n"
        f"  mCurMethodId={phone.keyboards.chosen}\n"
        f"  mInputShown={shown} mShowRequested={shown} mShowExplicitlyRequested=false\n"
        f"  mServedView={served}\n"
    )


def power(phone: Android, args: list[str]) -> str:
    awake = "Awake" if phone.awake else "Asleep"
    held = str(phone.awake).lower()
    return (
        "POWER MANAGER (dumpsys power)\n\nPower Manager State:\n"
        f"  mWakefulness={awake}\n"
        "  mIsPowered=true\n  mStayOn=false\n"
        f"  mHoldingDisplaySuspendBlocker={held}\n"
        f"Display Power: state={'ON' if phone.awake else 'OFF'}\n"
    )


def activity(phone: Android, args: list[str]) -> str:
    record = f"ActivityRecord{{d3c81a u0 {phone.front.component} t12}}"
    if args[:1] == ["top"]:
        return f"TASK {phone.front.package} id=12\n  ACTIVITY {phone.front.component} d3c81a pid=4711\n"
    tasks = "".join(f"    * Task{{7f #{12 + place} A={app.package}}}\n" for place, app in enumerate(phone.recent))
    return (
        "ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\nDisplay #0:\n"
        f"{tasks}  topResumedActivity={record}\n  mResumedActivity: {record}\n"
    )


def surface_flinger(phone: Android, args: list[str]) -> str:
    return f'Display {DISPLAY_ID} (HWC display 0): port=0 pnpId=SIM displayName="Built-in"\n'


def input_service(phone: Android, args: list[str]) -> str:
    return f"INPUT MANAGER (dumpsys input)\n  SurfaceOrientation: {phone.rotation}\n"


def battery(phone: Android, args: list[str]) -> str:
    return (
        "Current Battery Service state:\n  AC powered: false\n  USB powered: true\n  Wireless powered: false\n"
        "  status: 2\n  health: 2\n  present: true\n  level: 92\n  scale: 100\n  voltage: 4210\n"
        "  temperature: 251\n  technology: Li-ion\n"
    )


def package(phone: Android, args: list[str]) -> str:
    found = next((app for app in phone.apps if args and app.package == args[0]), None)
    if found is None:
        return f"Unable to find package: {args[0] if args else ''}\n"
    return (
        f"Packages:\n  Package [{found.package}] (51cbd85):\n    userId=10135\n"
        "    versionCode=1 minSdk=24 targetSdk=34\n    versionName=1.0\n"
        "    pkgFlags=[ HAS_CODE ALLOW_CLEAR_USER_DATA ]\n    signatures=PackageSignatures{7c1 version:2, "
        "signatures:[5f3a1e], past signatures:[]}\n"
        "    firstInstallTime=2026-01-01 00:00:00\n    lastUpdateTime=2026-01-01 00:00:00\n"
    )


SERVICES: dict[str, Callable[[Android, list[str]], str]] = {
    "window": window,
    "display": display,
    "input_method": input_method,
    "power": power,
    "activity": activity,
    "SurfaceFlinger": surface_flinger,
    "input": input_service,
    "battery": battery,
    "package": package,
}
