"""Other people's programs drive the simulated phone: adbutils and uiautomator2, through the real adb."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
import pytest
from phones import SMALL, AdbServer

from screenwright.tools.simphone import U2_KEYBOARD, SimPhone

pytest_plugins = ["phones"]
# Their own: sockets that are left to the collector, and a package that says which interface it will drop.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]


def device_of(server: AdbServer, sim: SimPhone) -> Any:
    """The phone as adbutils has it."""
    import adbutils

    return adbutils.AdbClient(host="127.0.0.1", port=server.port).device(serial=server.connect(sim))


def test_adbutils_drives_it(adb_server: AdbServer, sim: SimPhone) -> None:
    device = device_of(adb_server, sim)
    assert device.prop.model == "Simulated_Phone"
    assert tuple(device.window_size()) == (360, 800)
    assert device.rotation() == 0
    assert device.is_screen_on()
    assert device.app_current().package == "com.android.launcher3"
    assert device.shell("echo 'it''s'") == "its"
    assert device.shell2("exit 3", v2=True).returncode == 3
    assert device.shell2("false").returncode == 1
    device.app_start("org.screenwright.notes")
    assert device.app_current().activity == "org.screenwright.notes.MainActivity"
    assert 'text="Shopping"' in device.dump_hierarchy()
    shown = np.asarray(device.screenshot())
    assert np.array_equal(shown, sim.phone.glass.captured())
    device.click(330, 700)
    device.send_keys("it's; (so)")
    assert sim.phone.notes.draft[0] == "it's; (so)"
    device.sync.push(b"pushed", "/sdcard/Download/file")
    assert device.sync.read_bytes("/sdcard/Download/file") == b"pushed"
    assert device.sync.stat("/sdcard/Download/file").size == 6
    assert "org.screenwright.notes" in device.list_packages()
    assert device.app_info("org.screenwright.notes").version_name == "1.0"


def test_uiautomator2_drives_it(new_server: AdbServer) -> None:
    import uiautomator2

    with SimPhone(SMALL, keyboards=(U2_KEYBOARD,)) as sim:
        phone = uiautomator2.connect(device_of(new_server, sim))
        try:
            assert (
                phone.info["displayWidth"] == 360 and phone.info["currentPackageName"] == "com.android.launcher3"
            )
            phone(text="Notes").click()
            phone(description="New note").click()
            phone.send_keys("Grüße 你好 🎉")
            assert sim.phone.notes.draft[0] == "Grüße 你好 🎉"
            phone(resourceId="org.screenwright.notes:id/text").set_text("wörter")
            ran = new_server.run("shell", "uiautomator", "dump", "/dev/tty")
            assert b"already registered" in ran.stderr, "one program at a time reads the tree"
            again = new_server.run("shell", "CLASSPATH=/data/local/tmp/u2.jar app_process / com.wetest.uia2.Main")
            assert b"already registered" in again.stderr
            phone(text="Save").click()
            assert phone(text="wörter").wait(timeout=2)
            assert "Grüße" in phone.dump_hierarchy()
            assert phone.screenshot().size == (360, 800)
            phone.set_input_ime()
            assert phone.current_ime() == U2_KEYBOARD
            with pytest.raises(uiautomator2.UiObjectNotFoundError):
                phone(text="No such").click(timeout=0.1)
            phone.swipe(180, 700, 180, 300, duration=0.05)
            phone.press("home")
            assert phone.app_current()["package"] == "com.android.launcher3"
        finally:
            phone.stop_uiautomator(wait=False)


def test_uiautomator2_installs_its_keyboard(new_server: AdbServer, sim: SimPhone) -> None:
    """Its apk is pushed and installed like any; only its name is known here."""
    device = device_of(new_server, sim)
    device.sync.push(b"apk", "/data/local/tmp/app-uiautomator.apk")
    device.install_remote("/data/local/tmp/app-uiautomator.apk")
    assert U2_KEYBOARD in device.shell("ime list -s -a")
    device.shell(f"ime enable {U2_KEYBOARD}; ime set {U2_KEYBOARD}")
    device.app_start("com.android.contacts")
    device.click(180, 110)
    text = base64.b64encode("张伟".encode()).decode()
    assert "result=-1" in device.shell(["am", "broadcast", "-a", "ADB_KEYBOARD_INPUT_TEXT", "--es", "text", text])
    assert 'text="张伟"' in device.dump_hierarchy()
