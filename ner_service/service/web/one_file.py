"""The page as one file: its modules become one script, and the net stands in it as base64.

The modules of the page are plain: imports of names from one another and exports of declarations.
A page on a disk may import none, so each becomes a function that returns what it exports, in the
order in which they need each other.
"""

import base64
import hashlib
import re
from functools import cache

from ner_service.output.html import STYLE
from ner_service.service.web import DOCS_LINK, NET, REPORT_LINK
from ner_service.service.web.assets import OWN, own_files, page

IMPORT = re.compile(r'^import \{(?P<names>[^}]*)\} from "(?P<path>[^"]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?P<what>(?:async )?(?:function|const|class) (?P<name>\w+))", re.M)
LINKED = re.compile(r'^<(?:link rel="(?:stylesheet|icon)"|script src=)[^\n]*\n', re.MULTILINE)
ICON = re.compile(r'<img src="web/icon\.svg"[^>]*>')


def one_file(model: bytes) -> bytes:
    """Return the page with a model inside, under a policy that lets it send nothing."""
    scripts = [_file("theme.js"), bundle("app.js")]
    data = base64.b64encode(model).decode()
    worker = bundle("net/worker.js")
    head = [
        f'<meta http-equiv="content-security-policy" content="{policy(scripts)}">',
        f"<style>{STYLE.read_text('utf-8')}{_file('page.css')}</style>",
        f"<script>{scripts[0]}</script>",
    ]
    inert = [
        f'<script type="text/plain" id="net-worker">{worker}</script>',
        f'<script type="text/plain" id="net-data">{data}</script>',
        f'<script type="module">{scripts[1]}</script>',
    ]
    html = page("index.html", NET, DOCS_LINK, REPORT_LINK).body.decode()
    html = LINKED.sub("", html)
    html = ICON.sub(
        lambda image: _file("icon.svg").replace("<svg", '<svg width="32" height="32"'), html
    )
    html = html.replace("</head>", "".join(f"{line}\n" for line in head) + "</head>")
    html = html.replace("</body>", "".join(f"{line}\n" for line in inert) + "</body>")
    return html.encode()


def policy(scripts: list[str]) -> str:
    """Return a policy by which these scripts alone run, and nothing is fetched or sent."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes} blob:; worker-src blob:; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def bundle(entry: str) -> str:
    """Return a module and all that it imports as one script."""
    order: list[str] = []
    _collect(entry, order, ())
    return "".join(_function(name) for name in order)


def _collect(name: str, order: list[str], above: tuple[str, ...]) -> None:
    """Put a module behind those that it imports; raise `ValueError` where they need each other."""
    if name in above:
        raise ValueError(f"{name} imports itself by way of {', '.join(above)}")
    if name not in order:
        for match in IMPORT.finditer(_file(name)):
            _collect(_resolve(name, match["path"]), order, (*above, name))
        order.append(name)


def _resolve(importer: str, path: str) -> str:
    folder = importer.rpartition("/")[0]
    return f"{folder}/{path.removeprefix('./')}".removeprefix("/")


def _function(name: str) -> str:
    """Return a module as a function that is called at once; its exports are read when used."""
    source = _file(name)
    exports = [match["name"] for match in EXPORT.finditer(source)]

    def imported(match: re.Match[str]) -> str:
        names = ", ".join(filter(None, map(str.strip, match["names"].split(","))))
        return f"const {{ {names} }} = {_variable(_resolve(name, match['path']))};\n"

    body = EXPORT.sub(lambda match: match["what"], IMPORT.sub(imported, source))
    if left := re.search(r"^(import|export)\b.*", body, re.MULTILINE):
        raise ValueError(f"{name}: this form is not bundled: {left[0]}")
    return (
        f"const {_variable(name)} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
    )


def _variable(name: str) -> str:
    return "module_" + re.sub(r"\W", "_", name)


@cache
def _file(name: str) -> str:
    """Return a file of the page, in a form that can stand inside a script or a style element."""
    text = own_files(OWN)[name].read_text("utf-8")
    return text.replace("</script", "<\\/script")
