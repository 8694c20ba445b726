"""The registry of names, and that every public class of a kind is in that kind's registry."""

import pytest

from fastlstm import (
    activations,
    constraints,
    initializers,
    layers,
    losses,
    metrics,
    optimizers,
    preprocessing,
    regularizers,
    schedules,
)
from fastlstm._internal.registry import Registry, configuration, is_config, plain, snake_case_and_class_name
from fastlstm.activations._definitions import definitions
from fastlstm.activations._definitions import registry as activation_registry
from fastlstm.formats import kinds
from fastlstm.layers.base import registry as layer_registry
from fastlstm.layers.rnn.recurrent import layers_by_cell


@pytest.fixture
def shapes():
    """A registry with two classes, one of them under two more names."""
    registry = Registry("shape", snake_case_and_class_name)

    @registry.register("round", "disc")
    class Circle:
        def __init__(self, radius=1.0):
            self.radius = radius

        def get_config(self):
            return {"radius": self.radius}

    @registry.register()
    class RightAngle:
        pass

    return registry, Circle, RightAngle


def test_an_entry_is_known_by_its_spellings_and_aliases(shapes):
    registry, circle, angle = shapes
    assert registry.entries == {"Circle": circle, "RightAngle": angle}
    assert registry.names == {
        **dict.fromkeys(("circle", "Circle", "round", "disc"), circle),
        **dict.fromkeys(("right_angle", "RightAngle"), angle),
    }
    assert registry.listed == "Circle, RightAngle"
    assert registry.find("disc") is circle


def test_a_registry_knows_class_names_unless_told_otherwise():
    registry = Registry("thing")
    entry = registry.register()(type("SomeThing", (), {}))
    assert registry.names == registry.entries == {"SomeThing": entry}


def test_names_classes_and_configurations_become_objects(shapes):
    registry, circle, angle = shapes
    assert type(registry.resolve("round")) is circle
    assert type(registry.resolve(angle)) is angle
    assert registry.resolve({"class_name": "Circle", "config": {"radius": 2.0}}).radius == 2.0
    assert registry.resolve({"class_name": "disc"}).radius == 1.0
    assert registry.resolve(configuration(circle(3.0))).radius == 3.0


@pytest.mark.parametrize("value", [None, 3, {}, {"class_name": 3}, {"config": {}}, len, dict])
def test_anything_else_comes_back_as_it_is(shapes, value):
    registry, *_ = shapes
    assert registry.resolve(value) is value
    assert not is_config(value)


def test_an_entry_is_a_class_and_not_its_subclasses_or_objects(shapes):
    registry, circle, _ = shapes
    derived = type("Circle", (circle,), {})
    assert circle in registry
    assert derived not in registry
    assert circle() not in registry
    assert registry.resolve(derived) is derived


def test_an_unknown_name_raises_with_the_close_ones_or_all(shapes):
    registry, *_ = shapes
    with pytest.raises(ValueError, match=r"^unknown shape 'cirlce'; did you mean 'circle'"):
        registry.resolve("cirlce")
    with pytest.raises(ValueError, match="unknown shape 'xyz'; known: Circle, RightAngle, circle, disc, right_angle"):
        registry.resolve({"class_name": "xyz", "config": {}})


def test_arguments_as_plain_data(shapes):
    _, circle, _ = shapes
    assert plain(circle(2.0)) == {"class_name": "Circle", "config": {"radius": 2.0}}
    assert plain("relu") == "relu"


BASES = {
    constraints: {"Constraint"},
    initializers: {"Initializer"},
    layers: {"Input", "Layer", "Recurrent", "RecurrentCell", "SymbolicTensor"},
    losses: {"Loss"},
    metrics: {"MeanMetricWrapper", "Metric"},
    optimizers: {"Optimizer"},
    regularizers: {"Regularizer"},
    schedules: {"LearningRateSchedule"},
}


@pytest.mark.parametrize("package", BASES, ids=lambda package: package.__name__.rpartition(".")[2])
def test_every_public_class_has_entered_the_registry_of_its_kind(package):
    public = {name: getattr(package, name) for name in package.__all__}
    # of regularizers and constraints, Keras has second names in lower case
    classes = {name: value for name, value in public.items() if isinstance(value, type) and name[0].isupper()}
    registry = layer_registry if package is layers else package.registry
    assert registry.entries == {name: cls for name, cls in classes.items() if name not in BASES[package]}
    assert all(name == cls.__name__ for name, cls in registry.entries.items())


def test_every_public_activation_has_entered_and_has_a_derivative():
    assert set(activation_registry.names) == set(activations.__all__) - {"get"}
    assert set(activation_registry.entries) == set(definitions) | {"threshold"}


def test_files_name_the_classes_of_the_registries():
    for kind, package in (("layers", layers), ("losses", losses), ("optimizers", optimizers), ("metrics", metrics)):
        known = kinds.CLASSES[kind]
        owners = {name: preprocessing if name in kinds.PREPROCESSORS else package for name in known}
        assert all(cls is getattr(owners[name], cls.__name__) for name, cls in known.items())


def test_classes_of_the_user_do_not_enter():
    class Larger(layers.LSTM):
        pass

    class Own(optimizers.Adam):
        pass

    assert "Larger" not in layer_registry.entries
    assert all(maker.func is not Larger for maker in layers_by_cell().values())
    with pytest.raises(TypeError, match="optimizer: expected a name or an instance of"):
        optimizers.get(Own())
