"""What all pictures have in common."""

from __future__ import annotations

from typing import Any, Self

from skbayes.plotting.style import axes_for

__all__ = ["Display"]


class Display:
    """Base class of pictures. The numbers of a picture can be drawn several times.

    Attributes
    ----------
    ax_ : matplotlib Axes
        Axes of the last picture.
    figure_ : matplotlib Figure
        Figure of the last picture.
    """

    ax_: Any
    figure_: Any

    def plot(self, ax: Any = None) -> Self:
        """Draw the picture.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None: a new figure.

        Returns
        -------
        Display
            The object itself.

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.figure_, self.ax_ = axes_for(ax, self._size())
        self._draw(self.ax_)
        return self

    def _size(self) -> tuple[float, float]:
        """Return width and height of a new figure, in inches."""
        return 6.4, 4.0

    def _draw(self, ax: Any) -> None:
        """Draw on axes, and keep what was drawn."""
        raise NotImplementedError
