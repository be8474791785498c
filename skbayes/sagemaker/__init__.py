"""Read SageMaker's tuning jobs as searches, and write spaces and searches for SageMaker."""

from skbayes.sagemaker.history import load_sagemaker_history
from skbayes.sagemaker.names import XGBOOST_TO_SKLEARN
from skbayes.sagemaker.reading import from_sagemaker
from skbayes.sagemaker.writing import to_sagemaker

__all__ = ["XGBOOST_TO_SKLEARN", "from_sagemaker", "load_sagemaker_history", "to_sagemaker"]


def __dir__() -> list[str]:
    return sorted(__all__)
