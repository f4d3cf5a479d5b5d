"""What the simulated phone is called and how it is set when it is new."""

from __future__ import annotations

RELEASES = {
    23: "6.0.1",
    26: "8.0.0",
    28: "9",
    29: "10",
    30: "11",
    31: "12",
    33: "13",
    34: "14",
    35: "15",
    36: "16",
}


def properties(sdk: int, serial: str) -> dict[str, str]:
    """What `getprop` knows."""
    release = RELEASES.get(sdk, "14")
    return {
        "ro.build.version.release": release,
        "ro.build.version.sdk": str(sdk),
        "ro.build.fingerprint": f"screenwright/sim/sim:{release}/SIM1/1:user/release-keys",
        "ro.build.type": "user",
        "ro.debuggable": "0",
        "ro.product.brand": "screenwright",
        "ro.product.cpu.abi": "arm64-v8a",
        "ro.product.device": "sim",
        "ro.product.manufacturer": "screenwright",
        "ro.product.model": "Simulated_Phone",
        "ro.product.name": "simphone",
        "ro.serialno": serial,
        "ro.sf.lcd_density": "480",
        "persist.sys.locale": "en-GB",
        "sys.boot_completed": "1",
        "init.svc.bootanim": "stopped",
    }


def defaults() -> dict[str, dict[str, str]]:
    """What `settings` holds, by space."""
    return {
        "system": {
            "accelerometer_rotation": "0",
            "user_rotation": "0",
            "screen_brightness": "128",
            "screen_brightness_mode": "0",
            "screen_off_timeout": "60000",
            "font_scale": "1.0",
        },
        "secure": {
            "default_input_method": "com.android.inputmethod.latin/.LatinIME",
            "enabled_input_methods": "com.android.inputmethod.latin/.LatinIME",
            "show_ime_with_hard_keyboard": "0",
            "android_id": "51bde1fab1eab1e5",
        },
        "global": {
            "adb_enabled": "1",
            "airplane_mode_on": "0",
            "wifi_on": "1",
            "bluetooth_on": "0",
            "window_animation_scale": "1.0",
            "transition_animation_scale": "1.0",
            "animator_duration_scale": "1.0",
            "stay_on_while_plugged_in": "0",
            "device_name": "Simulated phone",
        },
    }
