"""The rows of the tables that join and fold, against the registry's schemas."""

from __future__ import annotations

import pytest

from auditor.data.folding import FOLDS, FRAGMENTS, TURNS, Fold, Turn
from auditor.data.identities import KINDS
from auditor.data.relations import ATTACHED, BY_TARGET, RELATED, RELATIONS, Relation
from auditor.sources.template.coerce import Shape, shape_of

MODELLED = [relation for relation in RELATIONS if relation.type.startswith("AWS::")]
LIVE_ONLY = [relation for relation in RELATIONS if not relation.type.startswith("AWS::")]


def at(type: str, field: str) -> Shape | None:
    shape: Shape | None = shape_of(type)
    for key in field.split("/"):
        shape = shape and (shape.items() if key == "*" or key.isdigit() else shape.below(key))
    return shape


@pytest.mark.parametrize("relation", MODELLED, ids=lambda r: f"{r.type}.{r.field}->{r.target}")
def test_a_relation_names_a_text_of_its_type(relation: Relation) -> None:
    found = at(relation.type, relation.field)
    assert found is not None and "string" in found.types
    assert relation.page.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("relation", MODELLED, ids=lambda r: f"{r.type}.{r.field}->{r.target}")
def test_a_target_has_the_identity_that_is_compared(relation: Relation) -> None:
    kind = KINDS[relation.target]
    assert relation.attribute == "name" or kind.arn is not None


def test_a_row_stands_once() -> None:
    keys = [(relation.type, relation.field, relation.target) for relation in RELATIONS]
    assert len(keys) == len(set(keys))
    fields = {(relation.type, relation.field): relation for relation in RELATIONS}
    for relation in RELATIONS:  # all targets of a property are joined alike
        first = fields[relation.type, relation.field]
        assert (relation.attribute, relation.kind, relation.stands) == (first.attribute, first.kind, first.stands)


def test_live_state_is_attached_to_its_resource() -> None:
    assert LIVE_ONLY and all(relation.kind == "attachment" and not relation.stands for relation in LIVE_ONLY)
    assert {relation.type for relation in LIVE_ONLY} <= ATTACHED


def test_only_attachments_stand_for_their_target() -> None:
    assert all(relation.kind == "attachment" for relation in RELATIONS if relation.stands or relation.single)
    assert {"AWS::S3::BucketPolicy", "AWS::Lambda::Permission"} <= ATTACHED
    assert "AWS::EC2::Instance" not in ATTACHED and "AWS::IAM::Role" not in ATTACHED


def test_types_are_related_along_chains_of_one_direction() -> None:
    balancer = "AWS::ElasticLoadBalancingV2::LoadBalancer"
    assert (balancer, "AWS::Logs::Delivery") in RELATED and ("AWS::Logs::Delivery", balancer) in RELATED
    assert ("AWS::S3::Bucket", "AWS::CloudTrail::Trail") in RELATED
    assert ("AWS::S3::Bucket", "AWS::SNS::Topic") not in RELATED  # both hang on a trail, not on each other
    assert ("AWS::S3::Bucket", "AWS::Config::ConfigurationRecorder") not in RELATED


@pytest.mark.parametrize("fold", FOLDS, ids=lambda f: f"{f.fragment}.{f.by}->{f.owner}")
def test_a_fold_moves_what_its_owner_takes(fold: Fold) -> None:
    by, into = at(fold.fragment, fold.by), at(fold.owner, fold.into)
    assert by is not None and "string" in by.types
    assert into is not None and "array" in into.types
    element = into.items()
    assert element is not None
    for key in fold.take or ():
        assert at(fold.fragment, key) is not None and element.below(key) is not None
    if fold.take is None:
        names = set(shape_of(fold.fragment).names) - {"Id", "GroupId", "GroupName"}
        assert names == {name for name in names if element.below(name) is not None}
    assert fold.owner in KINDS and fold.page.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("turn", TURNS, ids=lambda t: f"{t.type}->{t.becomes}")
def test_a_turn_fills_properties_of_the_new_type(turn: Turn) -> None:
    assert turn.type != turn.becomes and turn.page.startswith("https://docs.aws.amazon.com/")
    assert all(at(turn.becomes, target) is not None for target in turn.moves)
    assert all(old == "@ref" or at(turn.type, old) is not None for old in turn.moves.values())
    source = at(turn.type, turn.rest or f"{turn.part}/*") if turn.rest or turn.part else None
    if source is not None:
        shared = set(source.names) & set(shape_of(turn.becomes).names)
        assert len(shared) >= 2


def test_a_fragment_is_no_owner() -> None:
    assert not FRAGMENTS & {fold.owner for fold in FOLDS}
    assert not FRAGMENTS & set(BY_TARGET)
