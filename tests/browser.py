"""Shows a page in a real browser without a window, and prints as JSON what it sees.

    python tests/browser.py page.html width light|dark script [picture.png]

It needs PyQt6-WebEngine, which brings a Chromium; it runs in a process of its own.
"""

import json
import os
import sys

page, width, scheme, script, *picture = sys.argv[1:]
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["QTWEBENGINE_CHROMIUM_FLAGS"] = (
    "--no-sandbox --disable-gpu --hide-scrollbars --force-device-scale-factor=1 "
    f"--blink-settings=preferredColorScheme={0 if scheme == 'dark' else 1}"
)

from PyQt6.QtCore import QTimer, QUrl
from PyQt6.QtWebEngineCore import QWebEnginePage
from PyQt6.QtWebEngineWidgets import QWebEngineView
from PyQt6.QtWidgets import QApplication


class Page(QWebEnginePage):
    """A page that keeps what is written to its console."""

    said: list[str] = []  # noqa: RUF012 - one page a process

    def javaScriptConsoleMessage(self, level, message, line, source):
        self.said.append(message)


app = QApplication(sys.argv[:1])
view = QWebEngineView()
view.setPage(Page(view))
view.resize(int(width), 900)
view.show()


def show(result):
    print("RESULT" + json.dumps({"result": json.loads(result), "console": Page.said}), flush=True)
    if picture:
        view.grab().save(picture[0])
    app.quit()


def run(is_loaded):
    if not is_loaded:
        app.exit(1)
    QTimer.singleShot(400, lambda: view.page().runJavaScript(f"JSON.stringify({script})", show))


view.loadFinished.connect(run)
view.load(QUrl.fromLocalFile(os.path.abspath(page)))
QTimer.singleShot(60_000, lambda: app.exit(1))
sys.exit(app.exec())
