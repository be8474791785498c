r"""A posterior that knows rows whose targets are still unknown, by samples of these.

Notation
--------
==========  ==========  ==========================================================================
symbol      shape       meaning
==========  ==========  ==========================================================================
``q, S``    scalars     number of pending rows, and of fantasies
``E``       (q, S)      standard normal samples
``L_S``     (q, q)      factor of the covariance of the pending targets, given the others
``W``       (n, n)      whitener of all rows, the pending ones last
``D``       (S, n)      deviations of the weights, :math:`(W_p^\top E)^\top`
==========  ==========  ==========================================================================

The other symbols are those of `skbayes.gp.posterior`.
"""

from __future__ import annotations

from dataclasses import dataclass

from skbayes.gp.kernels import FloatArray
from skbayes.gp.posterior import Posterior, Pullback

__all__ = ["Fantasies"]


@dataclass(frozen=True, slots=True, eq=False)
class Fantasies:
    r"""Posteriors given jointly sampled targets of pending rows.

    A sample :math:`t_p = \mu_p + L_S e` of the pending targets changes the weights by
    :math:`W_p^\top e`, with :math:`W_p` the last rows of the whitener, because

    .. math::

        C^{-1} \begin{pmatrix} t - m \\ t_p - m \end{pmatrix}
        = W^\top \begin{pmatrix} L^{-1}(t - m) \\ e \end{pmatrix}.

    So all fantasies share one factorisation and one standard deviation, and their means differ
    by a matrix product. The mean of the process stays what the known targets have made it, for
    the samples are drawn with it.

    Attributes
    ----------
    posterior : Posterior
        Given the pending rows, with their means as targets.
    deviations : ndarray of shape (n_fantasies, n)
        What each adds to the weights of the posterior mean.
    best : ndarray of shape (n_fantasies, 1)
        Highest mean of each at the known and pending rows.

    References
    ----------
    Snoek, Larochelle and Adams (2012), Practical Bayesian optimization of machine learning
    algorithms, arXiv:1206.2944, sect. 3.2, eq. (13).
    """

    posterior: Posterior
    deviations: FloatArray
    best: FloatArray

    @classmethod
    def draw(cls, posterior: Posterior, X: FloatArray, normals: FloatArray) -> Fantasies:
        """Condition a posterior on pending rows.

        Parameters
        ----------
        posterior : Posterior
        X : ndarray of shape (q, p)
            Pending rows, q >= 1.
        normals : ndarray of shape (q, n_fantasies)
            Standard normal samples; those of one fantasy in a column.

        Returns
        -------
        Fantasies
        """
        conditioned = posterior.condition_on(X)
        deviations = (conditioned.whitener[len(conditioned.alpha) - len(X) :].T @ normals).T
        means, _ = conditioned.predict(conditioned.X, deviations)
        return cls(conditioned, deviations, means.max(axis=1, keepdims=True))

    def predict(self, X: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Means and standard deviation of the latent function.

        Parameters
        ----------
        X : ndarray of shape (b, p)
            New rows.

        Returns
        -------
        mean : ndarray of shape (n_fantasies, b)
        sd : ndarray of shape (b,)
            That of all fantasies.
        """
        return self.posterior.predict(X, self.deviations)

    def predict_with_pullback(self, X: FloatArray) -> tuple[FloatArray, FloatArray, Pullback]:
        """As from `predict`, with the pullback of `Posterior.predict_with_pullback`."""
        return self.posterior.predict_with_pullback(X, self.deviations)
