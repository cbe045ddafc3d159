"""An attribute computed when it is first asked for, without a lock.

``functools.cached_property`` of Python 3.11 holds one lock for each *class* while it computes: threads that each tokenize their
own article wait for one another, and a process forked in that moment gets the lock held for ever.  Here two threads that ask at
once both compute the value and one of the two is kept, which is right for objects that don't change.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class cached_property(Generic[T]):  # noqa: N801 (named as what it stands in for)
    """As ``functools.cached_property``: the object needs a ``__dict__``, and then holds the value itself.

    >>> class Circle:
    ...     def __init__(self, radius): self.radius = radius
    ...     @cached_property
    ...     def area(self): print("computing"); return 3.14 * self.radius**2
    >>> circle = Circle(1)
    >>> circle.area, circle.area
    computing
    (3.14, 3.14)
    """

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None) -> T: ...

    def __get__(self, instance: object | None, owner: type | None = None) -> T | Self:
        if instance is None:
            return self
        value: T = instance.__dict__.setdefault(self._name, self._compute(instance))
        return value
