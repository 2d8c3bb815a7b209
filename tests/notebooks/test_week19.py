"""Week 19 beside scikit-survival: curves, concordance, Cox's model and Brier scores, on drawn data and on a real trial elsewhere.

Learnt from the women of Rotterdam, judged on the women of a German trial (held out). scikit-survival stands in the lock for the
machines that it has ready wheels for; on others these tests are skipped, and say so.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from autograder import datasets
from autograder.course.audit.trial import Trial

nonparametric = pytest.importorskip("sksurv.nonparametric", reason="scikit-survival has no ready wheels for this machine")
linear_model = pytest.importorskip("sksurv.linear_model")
metrics = pytest.importorskip("sksurv.metrics")
util = pytest.importorskip("sksurv.util")

WEEK = Path(__file__).parents[2] / "notebooks" / "week19_survival"
SEEDS = range(20)


@pytest.fixture(scope="module")
def trial() -> Trial:
    return Trial(WEEK)


@pytest.fixture(scope="module")
def reference(trial: Trial) -> dict[str, Any]:
    return dict(trial.reference)


def people(seed: int, n: int = 60, tied: bool = True) -> tuple[Any, Any]:
    """Times, tied or not, and whether the event was seen."""
    rng = np.random.default_rng(seed)
    time = rng.integers(1, 15, n).astype(float) if tied else rng.permutation(n) + rng.random(n)
    return time, rng.random(n) < 0.6


@pytest.mark.parametrize("seed", SEEDS)
def test_the_survival_curve(reference: dict[str, Any], seed: int) -> None:
    time, event = people(seed)
    entry = np.maximum(time - np.random.default_rng(seed).integers(1, 9, len(time)) - 0.5, 0.0)
    at, want = nonparametric.kaplan_meier_estimator(event, time)
    np.testing.assert_allclose(reference["kaplan_meier"](time, event, at), want, atol=1e-12)
    at, want = nonparametric.kaplan_meier_estimator(event, time, time_enter=entry)
    np.testing.assert_allclose(reference["kaplan_meier"](time, event, at, entry), want, atol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_concordance(reference: dict[str, Any], seed: int) -> None:
    time, event = people(seed)
    risks = np.random.default_rng(seed).integers(-3, 4, (len(time), 3)).astype(float)
    want = [metrics.concordance_index_censored(event, time, risk)[0] for risk in risks.T]
    np.testing.assert_allclose(reference["concordance"](time, event, risks), want, atol=1e-12)


def fitted(cox_loss: Any, X: Any, time: Any, event: Any) -> Any:
    """The weights at which the reference's gradient is zero, by Newton's method on differences of it."""
    w = np.zeros(X.shape[1])
    for _ in range(30):
        slope = X.T @ cox_loss(X @ w, time, event)[1]
        bend = np.array([(X.T @ cox_loss(X @ (w + step), time, event)[1] - slope) / 1e-5 for step in 1e-5 * np.eye(len(w))])
        move = np.linalg.solve((bend + bend.T) / 2, slope)
        w = w - move
        if np.abs(move).max() < 1e-9:
            break
    return w


@pytest.mark.parametrize("seed", SEEDS)
def test_coxs_weights_and_baseline(reference: dict[str, Any], seed: int) -> None:
    time, event = people(seed)
    X = np.random.default_rng(seed).normal(size=(len(time), 3))
    model = linear_model.CoxPHSurvivalAnalysis(ties="breslow", tol=1e-12).fit(X, util.Surv.from_arrays(event, time))
    np.testing.assert_allclose(fitted(reference["cox_loss"], X, time, event), model.coef_, atol=1e-5)
    baseline = model.cum_baseline_hazard_
    ours = reference["baseline_hazard"](X @ model.coef_, time, event, baseline.x)
    np.testing.assert_allclose(ours, baseline.y, rtol=1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_brier_score(reference: dict[str, Any], seed: int) -> None:
    # Without ties: where a death and a loss share a time, the library divides the death by the curve *at* its time.
    time, event = people(seed, tied=False)
    horizons = np.quantile(time, [0.2, 0.5, 0.8])
    curves = np.random.default_rng(seed).random((len(time), 3))
    rows = util.Surv.from_arrays(event, time)
    want = metrics.brier_score(rows, rows, curves, horizons)[1]
    np.testing.assert_allclose(reference["brier"](curves, time, event, horizons), want, atol=1e-12)


# ------------------------------------------------------------------------------------------- from Rotterdam to Germany
class Women(NamedTuple):
    """X holds age, menopause, size (0, 1, 2), the two receptors, positive nodes, hormone treatment."""

    X: Any
    time: Any
    event: Any


@pytest.fixture(scope="module")
def rotterdam(trial: Trial) -> Women:
    public = trial.registry.studios["crossing"].public
    assert public is not None
    X, time, event, _ = public.__globals__["rotterdam"]()
    return Women(X, time, event)


@pytest.fixture(scope="module")
def germany() -> Women:
    cohort = datasets.held_out("gbsg")
    c = {name: cohort.X[:, k].astype(float) for k, name in enumerate(cohort.names)}
    c["size"] = np.digitize(c["size"], [20, 50], right=True).astype(float)
    X = np.column_stack([c[name] for name in ("age", "meno", "size", "pgr", "er", "nodes", "hormon")])
    return Women(X, c["rfstime"], c["status"] == 1)


def plain(X: Any) -> Any:
    return X


def better(X: Any) -> Any:
    """The seven columns, log(nodes) and age²."""
    return np.column_stack([X, np.log(X[:, 5]), X[:, 0] ** 2])


def standard(columns: Any, here: Women, there: Women) -> tuple[Any, Any]:
    A, B = columns(here.X), columns(there.X)
    return (A - A.mean(axis=0)) / A.std(axis=0), (B - A.mean(axis=0)) / A.std(axis=0)


@pytest.mark.parametrize("columns", [plain, better])
def test_a_model_from_rotterdam_is_judged_alike_in_germany(
    reference: dict[str, Any], rotterdam: Women, germany: Women, columns: Any
) -> None:
    X, Y = standard(columns, rotterdam, germany)
    rows, new = util.Surv.from_arrays(rotterdam.event, rotterdam.time), util.Surv.from_arrays(germany.event, germany.time)
    model = linear_model.CoxPHSurvivalAnalysis(ties="breslow", tol=1e-12).fit(X, rows)
    w = fitted(reference["cox_loss"], X, rotterdam.time, rotterdam.event)
    np.testing.assert_allclose(w, model.coef_, atol=1e-5)
    ours = reference["concordance"](germany.time, germany.event, (Y @ w)[:, None])[0]
    assert ours == pytest.approx(metrics.concordance_index_censored(germany.event, germany.time, model.predict(Y))[0], abs=1e-4)
    horizons = 365.25 * np.array([1.0, 3.0, 5.0])
    base = reference["baseline_hazard"](X @ w, rotterdam.time, rotterdam.event, horizons)
    curves = np.exp(-np.exp(Y @ w)[:, None] * base)
    library = np.array([step(horizons) for step in model.predict_survival_function(Y)])
    np.testing.assert_allclose(curves, library, atol=1e-5)
    # Some women died on a day on which another was lost, and there the library's weights are a little smaller.
    mine = reference["brier"](curves, germany.time, germany.event, horizons)
    np.testing.assert_allclose(mine, metrics.brier_score(new, new, curves, horizons)[1], atol=2e-3)
    moved = germany.time + np.where(germany.event, -0.25, 0.25)  # deaths first, so that no death shares its time with a loss
    apart = util.Surv.from_arrays(germany.event, moved)
    for horizon, score in zip(horizons, mine, strict=True):
        edge = np.array([np.floor(horizon) + 0.5])
        k = int(np.flatnonzero(horizons == horizon)[0])
        assert metrics.brier_score(apart, apart, curves[:, [k]], edge)[1][0] == pytest.approx(score, abs=1e-12)


def test_the_table_in_the_text_is_what_comes_out(reference: dict[str, Any], rotterdam: Women, germany: Women) -> None:
    edges = 182.625 * np.arange(13)
    inside = np.searchsorted(edges[1:], germany.time, side="left")

    def log_likelihood(h: Any) -> Any:
        """Each woman's log-likelihood, as minus her own loss."""
        h = np.clip(h, 1e-4, 1 - 1e-4)
        logits = np.log(h) - np.log1p(-h)
        rows = zip(logits[:, None], inside[:, None], germany.event[:, None], strict=True)
        return -np.array([reference["hazard_loss"](*row)[0] for row in rows])

    found = []
    for columns in (plain, better):
        X, Y = standard(columns, rotterdam, germany)
        w = fitted(reference["cox_loss"], X, rotterdam.time, rotterdam.event)
        steps = np.diff(reference["baseline_hazard"](X @ w, rotterdam.time, rotterdam.event, edges))
        found.append((Y @ w, log_likelihood(1 - np.exp(-np.exp(Y @ w)[:, None] * steps))))
    nets = []
    for seed in range(5):
        arrays = reference["train"](*rotterdam, edges, np.random.default_rng(seed))
        nets.append(reference["hazards"](arrays, germany.X))
    h = np.mean(nets, axis=0)
    found.append((-np.log1p(-h).sum(axis=1), log_likelihood(h)))

    text = (WEEK / "lesson.py").read_text()
    for (risk, likelihood), name in zip(found, ("linear Cox", "Cox with log(nodes) and age²", "our net of hazards"), strict=True):
        row = re.search(rf"\| {re.escape(name)}[^|]*\| (0\.\d+) \|([^|]*)\|", text)
        assert row is not None, name
        C = reference["concordance"](germany.time, germany.event, risk[:, None])[0]
        gain = likelihood - found[0][1]
        said = [f"{C:.3f}", f"{gain.mean():.3f}", f"{gain.std() / np.sqrt(len(gain)):.3f}"]
        assert [row[1], *re.findall(r"0\.\d+", row[2])] == (said if gain.any() else said[:1]), (name, said)
