"""What contradicts itself in a plan's terms is named by its path."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st

from actors.billing.domain.meter import BUILT_IN
from actors.billing.domain.terms import (
    Beyond,
    Kind,
    Limit,
    Model,
    Price,
    PriceBook,
    PriceMissing,
    Terms,
    TermsInvalid,
    Tier,
    check_terms,
)
from tests.billing.making import MONTH, YEAR, always, flat, metered, prices, seat, terms_of, terms_with

METERS = {meter.id for meter in BUILT_IN}
WHOLE = terms_with(
    PriceBook("EUR", MONTH, (flat(1000), seat(500), metered("api_calls", free_units=100))),
    PriceBook("EUR", YEAR, (flat(10_000), seat(5_000), metered("api_calls"))),
    PriceBook("USD", MONTH, (flat(1100),)),
    limits=(Limit("users", 5, Beyond.REFUSE), Limit("api_calls", 1000, Beyond.CHARGE)),
    features=("support.chat",),
)


def refusals(terms: Terms) -> dict[str, str]:
    """Path → reason of everything that is refused."""
    try:
        check_terms(terms, METERS)
    except TermsInvalid as refused:
        assert all(violation.description for violation in refused.violations)
        assert len({v.field for v in refused.violations}) == len(refused.violations)
        return {violation.field: violation.reason for violation in refused.violations}
    return {}


def price(**changes: Any) -> Terms:
    return terms_of(replace(metered("api_calls"), **changes))


AT = "terms.price_books[0].prices[0]"


def test_terms_that_make_sense_pass() -> None:
    assert refusals(WHOLE) == {}
    assert refusals(terms_of()) == {}, "a plan may cost nothing"


@always(prices())
def test_every_price_that_tests_draw_passes(price: Price) -> None:
    assert refusals(terms_of(price)) == {}


def test_tiers_rise_and_only_the_last_is_open() -> None:
    graduated = {"model": Model.GRADUATED}
    rising = (Tier(10), Tier(20), Tier(0))
    assert refusals(price(tiers=rising, **graduated)) == {}
    assert refusals(price(tiers=(Tier(10), Tier(10), Tier(0)), **graduated)) == {f"{AT}.tiers[1].up_to": "TIER_ORDER"}
    assert refusals(price(tiers=(Tier(20), Tier(10), Tier(0)), **graduated)) == {f"{AT}.tiers[1].up_to": "TIER_ORDER"}
    assert refusals(price(tiers=(Tier(0), Tier(0)), **graduated)) == {f"{AT}.tiers[0].up_to": "TIER_ORDER"}
    assert refusals(price(tiers=(Tier(10), Tier(20)), **graduated)) == {f"{AT}.tiers[1].up_to": "TIER_CLOSED"}
    assert refusals(price(tiers=())) == {f"{AT}.tiers": "TIER_MISSING"}
    for model in (Model.PER_UNIT, Model.PACKAGE):
        units = 5 if model is Model.PACKAGE else 0
        found = refusals(price(tiers=(Tier(10), Tier(0)), model=model, package_units=units))
        assert found == {f"{AT}.tiers": "TIER_TOO_MANY"}


def test_packages_have_units_and_nothing_else_has() -> None:
    assert refusals(price(model=Model.PACKAGE, package_units=100)) == {}
    assert refusals(price(model=Model.PACKAGE)) == {f"{AT}.package_units": "PACKAGE_EMPTY"}
    assert refusals(price(package_units=100)) == {f"{AT}.package_units": "PACKAGE_UNFIT"}


def test_a_flat_price_is_one_unit() -> None:
    odd = replace(flat(100), model=Model.VOLUME, free_units=1, minimum_minor=5, meter="api_calls")
    assert refusals(terms_of(odd)) == {
        f"{AT}.model": "MODEL_UNFIT",
        f"{AT}.free_units": "FREE_UNFIT",
        f"{AT}.minimum_minor": "MINIMUM_UNFIT",
        f"{AT}.meter": "METER_UNUSED",
    }


def test_meters_are_known_and_have_one_price_and_one_limit() -> None:
    assert refusals(price(meter="bananas")) == {f"{AT}.meter": "METER_UNKNOWN"}
    assert refusals(price(meter="")) == {f"{AT}.meter": "METER_UNKNOWN"}
    twice = terms_of(metered("api_calls"), metered("api_calls", id="again"))
    assert refusals(twice) == {"terms.price_books[0].prices[1].meter": "METER_TWICE"}
    limits = (Limit("users", 1, Beyond.REFUSE), Limit("users", 2, Beyond.REFUSE), Limit("pears", 1, Beyond.REFUSE))
    assert refusals(replace(WHOLE, limits=limits)) == {
        "terms.limits[1].meter": "LIMIT_TWICE",
        "terms.limits[2].meter": "METER_UNKNOWN",
    }


def test_there_is_one_book_for_each_currency_and_interval() -> None:
    twice = terms_with(PriceBook("EUR", MONTH), PriceBook("EUR", YEAR), PriceBook("EUR", MONTH))
    assert refusals(twice) == {"terms.price_books[2]": "BOOK_TWICE"}
    assert refusals(terms_with(PriceBook("XQX", MONTH))) == {"terms.price_books[0].currency": "CURRENCY_UNKNOWN"}
    assert refusals(replace(WHOLE, price_books=())) == {"terms.price_books": "BOOK_MISSING"}


def test_a_price_id_means_the_same_thing_in_every_book() -> None:
    one = PriceBook("EUR", MONTH, (seat(500, id="main"),))
    assert refusals(terms_with(one, PriceBook("EUR", YEAR, (seat(9, id="main"),)))) == {}
    found = refusals(terms_with(one, PriceBook("EUR", YEAR, (flat(9, id="main"),))))
    assert found == {"terms.price_books[1].prices[0].id": "PRICE_DIFFERS"}
    assert refusals(terms_of(flat(1), flat(2))) == {"terms.price_books[0].prices[1].id": "PRICE_TWICE"}


def test_nothing_is_negative() -> None:
    assert refusals(price(free_units=-1)) == {f"{AT}.free_units": "NEGATIVE"}
    assert refusals(price(minimum_minor=-1)) == {f"{AT}.minimum_minor": "NEGATIVE"}
    assert refusals(price(tiers=(Tier(0, -1, -1),))) == {
        f"{AT}.tiers[0].unit_micros": "NEGATIVE",
        f"{AT}.tiers[0].flat_minor": "NEGATIVE",
    }
    assert refusals(replace(WHOLE, limits=(Limit("users", -1, Beyond.REFUSE),))) == {"terms.limits[0].most": "NEGATIVE"}


def test_a_trial_without_a_method_needs_a_trial() -> None:
    assert refusals(replace(WHOLE, trial_without_method=True)) == {"terms.trial_without_method": "TRIAL_MISSING"}
    assert refusals(replace(WHOLE, trial_without_method=True, trial_days=14)) == {}
    assert refusals(replace(WHOLE, features=("a.b", "a.b"))) == {"terms.features": "FEATURE_TWICE"}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(TermsInvalid) as refused:
        check_terms(terms_of(metered("pears", Tier(5)), flat(1, id="pears")), METERS)
    assert len(refused.value.violations) == 4
    assert "terms.price_books[0].prices[0].meter" in str(refused.value)


def test_what_is_not_sold_is_refused_by_currency_and_interval() -> None:
    assert WHOLE.book("EUR", YEAR).prices[0].tiers[0].unit_micros == 10_000_000_000
    with pytest.raises(PriceMissing) as refused:
        WHOLE.book("USD", YEAR)
    assert refused.value.metadata == {"currency": "USD", "interval": "YEAR"}


@always(st.booleans(), st.integers(0, 1), st.integers(0, 1), st.integers(0, 1))
def test_a_book_costs_something_when_any_quantity_does(by_meter: bool, unit: int, once: int, minimum: int) -> None:
    one = Price(
        id="x",
        display_name="x",
        kind=Kind.METER if by_meter else Kind.SEAT,
        tiers=(Tier(0, unit, once),),
        minimum_minor=minimum,
    )
    assert PriceBook("EUR", MONTH, (one,)).costs == bool(unit or once or minimum)
    assert not PriceBook("EUR", MONTH).costs


def test_a_line_names_the_plan_and_the_price_and_neither_twice() -> None:
    plan = terms_of(flat(100))
    assert plan.described(flat(100)) == "Standard: Platform"
    assert plan.described(replace(flat(100), display_name="Standard seats")) == "Standard seats"
    assert plan.described(replace(flat(100), display_name="Standardised")) == "Standard: Standardised"
