"""An act that is refused is answered with its code and its reason."""

import pytest

from connector.api.frame.errors import ApiError
from connector.api.operating.desk import answering_refusals
from connector.broker.operating.acts import ActRefused


@pytest.mark.parametrize(("missing", "status"), [(True, 404), (False, 409)], ids=["missing", "refused"])
def test_a_refusal_is_an_answer(missing: bool, status: int) -> None:
    with pytest.raises(ApiError) as told, answering_refusals():
        raise ActRefused("code", "The reason.", missing=missing)
    assert told.value.status == status
