"""Which labels are opposites, and which say the same in another language: the commonest only.

"Anmelden" is one letter from "Abmelden", and "Save" stands in "Don't save": to a fuzzy match they are alike,
to the person whose work it is they are not.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from screenwright.tools.wording import folded

MEANINGS: dict[str, str] = {
    "yes": "yes|ja|oui|sí|是|はい", "no": "no|nein|non|否|いいえ",
    "ok": "ok|okay|确定|確定|好|好的", "cancel": "cancel|abbrechen|annuler|cancelar|取消|キャンセル|stornieren",
    "confirm": "confirm|bestätigen|confirmer|确认|確認", "apply": "apply|übernehmen|anwenden|应用|套用",
    "save": "save|speichern|sichern|enregistrer|guardar|保存|储存|存储", "discard": "discard|verwerfen|放弃|丢弃",
    "submit": "submit|absenden|einreichen|提交", "send": "send|senden|abschicken|发送|發送",
    "accept": "accept|annehmen|akzeptieren|accepter|接受", "decline": "decline|reject|ablehnen|refuser|拒绝|拒絕",
    "agree": "agree|zustimmen|einverstanden|同意", "disagree": "disagree|不同意",
    "allow": "allow|permit|zulassen|erlauben|允许|允許",
    "block": "block|deny|forbid|blockieren|verweigern|禁止|阻止",
    "enable": "enable|activate|aktivieren|einschalten|启用|开启|激活",
    "disable": "disable|deactivate|deaktivieren|ausschalten|禁用|停用",
    "on": "on|ein|an|开|開", "off": "off|aus|关|關",
    "open": "open|öffnen|ouvrir|abrir|打开|開啟", "close": "close|schließen|fermer|cerrar|关闭|關閉",
    "next": "next|weiter|suivant|siguiente|下一步|下一页|下一个", "up": "up|hoch|aufwärts|上|向上|上移",
    "back": "back|previous|zurück|vorherige|上一步|上一页|上一个|返回", "down": "down|abwärts|下|向下|下移",
    "left": "left|links|左|向左|左移", "right": "right|rechts|右|向右|右移",
    "log in": "log in|login|sign in|anmelden|einloggen|登录|登入",
    "log out": "log out|logout|log off|sign out|abmelden|ausloggen|退出|退出登录|登出|注销",
    "add": "add|hinzufügen|ajouter|添加|新增", "remove": "remove|delete|entfernen|löschen|删除|移除|刪除",
    "show": "show|einblenden|anzeigen|显示|展开|expand", "hide": "hide|ausblenden|隐藏|收起|collapse",
    "install": "install|installieren|安装", "uninstall": "uninstall|deinstallieren|卸载",
    "start": "start|run|starten|开始|启动", "stop": "stop|stoppen|beenden|停止|结束",
    "upload": "upload|hochladen|上传", "download": "download|herunterladen|下载",
    "import": "import|importieren|导入", "export": "export|exportieren|导出",
    "zoom in": "zoom in|enlarge|vergrößern|放大|maximize", "zoom out": "zoom out|reduce|verkleinern|缩小|minimize",
    "increase": "increase|erhöhen|增加", "decrease": "decrease|verringern|减少",
    "undo": "undo|rückgängig|撤销|撤消", "redo": "redo|wiederholen|重做",
    "lock": "lock|sperren|锁定", "unlock": "unlock|entsperren|解锁", "keep": "keep|behalten|保留",
    "buy": "buy|kaufen|买入|购买", "sell": "sell|verkaufen|卖出", "all": "all|alle|全部", "none": "none|keine|无",
    "first": "first|erste|第一", "last": "last|letzte|最后", "read": "read|gelesen|已读", "unread": "unread|未读",
    "settings": "settings|preferences|einstellungen|设置|設定", "search": "search|suchen|suche|搜索|查找",
    "edit": "edit|bearbeiten|编辑", "copy": "copy|kopieren|复制", "paste": "paste|einfügen|粘贴",
}  # fmt: skip
OPPOSITES = (
    "yes no,ok cancel,confirm cancel,apply cancel,save cancel,submit cancel,send cancel,yes cancel,save discard,"
    "keep discard,keep remove,accept decline,agree disagree,agree decline,allow block,allow decline,"
    "enable disable,on off,open close,next back,up down,left right,log_in log_out,add remove,save remove,"
    "show hide,install uninstall,start stop,upload download,import export,zoom_in zoom_out,increase decrease,"
    "undo redo,lock unlock,buy sell,all none,first last,read unread,accept cancel,next cancel"
)
NOT = frozenset(
    (
        "not",
        "no",
        "don't",
        "dont",
        "never",
        "without",
        "nicht",
        "kein",
        "keine",
        "keinen",
        "ohne",
        "nie",
        "pas",
        "sans",
        "ne",
        "cancel",
        "abbrechen",
        "stornieren",
    )
)
NOT_WIDE = ("取消", "不要", "不", "别", "勿", "未", "非", "无")
CLAUSE = re.compile(r"[.?!;:,|。？！；：，、]")
""""Don't have an account? Sign up" does not say that one is not to sign up."""
PREFIXES = ("un", "de", "dis", "non", "in")
WIDE = re.compile(r"[\u2e80-\U0003ffff]")


@lru_cache(maxsize=4096)
def opposed(wanted: str, seen: str) -> bool:
    """Does one label say the opposite of the other?"""
    a, b = folded(wanted), folded(seen)
    if a == b:
        return False
    if _against(meaning(a), meaning(b)):
        return True
    if WIDE.search(a) and WIDE.search(b):
        return _opposed_wide(a.replace(" ", ""), b.replace(" ", ""))
    left, right = _words(a), _words(b)
    rest, other = left - right, right - left
    if any(_against(meaning(x), meaning(y)) for x in rest for y in other):
        return True
    if bool(left & NOT) != bool(right & NOT):
        denied, plain = (a, right) if left & NOT else (b, left)
        if any((words := _words(clause)) & NOT and (words & plain) - NOT for clause in CLAUSE.split(denied)):
            return True
    pairs = [(x, y) for x in rest for y in other]
    return any(
        len(short) > 3 and long == prefix + short
        for pair in pairs
        for short, long in (pair, pair[::-1])
        for prefix in PREFIXES
    )


def _opposed_wide(a: str, b: str) -> bool:
    for short, long in ((a, b), (b, a)):
        for mark, clause in ((mark, clause) for mark in NOT_WIDE for clause in CLAUSE.split(long)):
            bare = clause.replace(mark, "", 1)
            if mark in clause and mark not in short and (bare == short or (len(short) > 1 and short in bare)):
                return True
    return any(x in a and (a.replace(x, y, 1) == b) for x, y in _pairs_wide())


@cache
def _pairs_wide() -> list[tuple[str, str]]:
    wide = {c: [w for w in words.split("|") if WIDE.search(w)] for c, words in MEANINGS.items()}
    return [(x, y) for one, other in _opposites() for x in wide[one] for y in wide[other]]


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w']+", text.replace("don t", "don't").replace("do not", "don't")))


@cache
def _opposites() -> frozenset[tuple[str, str]]:
    halves = [(a.replace("_", " "), b.replace("_", " ")) for a, b in (p.split(" ") for p in OPPOSITES.split(","))]
    return frozenset(halves) | frozenset((b, a) for a, b in halves)


def _against(one: frozenset[str], other: frozenset[str]) -> bool:
    return any((a, b) in _opposites() for a in one for b in other)


@lru_cache(maxsize=4096)
def meaning(text: str) -> frozenset[str]:
    """What a whole label means, by the table."""
    plain = folded(text)
    return frozenset(concept for concept, words in _table() if plain in words)


@cache
def _table() -> list[tuple[str, frozenset[str]]]:
    return [(concept, frozenset(words.split("|"))) for concept, words in MEANINGS.items()]
