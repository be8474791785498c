"""Makes the description for the package index of the README, whose links lead to files.

A package index knows no files of the repository: pages of `docs` and examples lead to the site,
pictures and all other files to the repository. The addresses are those of `project.urls`.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

# A link or a picture whose target is no address and no place on the same page.
LINK = re.compile(r"(!?)\[([^\]]*)\]\((?!\w+:|#)([^)#\s]+)(#[^)\s]*)?\)")


def absolute(text: str, urls: Mapping[str, str]) -> str:
    """Return a page in Markdown with addresses in place of paths.

    Parameters
    ----------
    text : str
        The page, whose paths are relative to the root of the repository.
    urls : mapping of str to str
        Addresses, "Documentation" and "Repository" among them.
    """

    def address(link: re.Match[str]) -> str:
        is_picture, label, path, place = link[1], link[2], link[3].rstrip("/"), link[4] or ""
        if is_picture:
            target = f"{urls['Repository']}/raw/main/{path}"
        elif path == "examples":
            target = f"{urls['Documentation']}/examples/index.html"
        elif path.startswith("docs/") and path.endswith(".md"):
            page = path.removeprefix("docs/").removesuffix(".md")
            target = f"{urls['Documentation']}/{page}.html"
        elif path.startswith("examples/") and path.endswith(".py"):
            target = f"{urls['Documentation']}/{path.removesuffix('.py')}.html"
        else:
            target = f"{urls['Repository']}/blob/main/{path}"
        return f"{is_picture}[{label}]({target}{place})"

    return LINK.sub(address, text)


def get_metadata_hook() -> Any:
    """Return what hatchling calls when it builds."""
    from hatchling.metadata.plugin.interface import MetadataHookInterface

    class Description(MetadataHookInterface):
        """The description of the package."""

        def update(self, metadata: dict[str, Any]) -> None:
            """Add the description to the metadata."""
            text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
            written = absolute(text, metadata["urls"])
            metadata["readme"] = {"content-type": "text/markdown", "text": written}

    return Description
