"""How culture and engagement move towards their norms."""

from sim.kernels.common import ONE, ZERO
from sim.kernels.jit import kernel


@kernel
def drift_culture(values, norm, speed):
    """Move culture a part of the way to its norm, both flat over (world, department) or (world, pair)."""
    for n in range(values.shape[0]):
        values[n] += speed * (norm[n] - values[n])


@kernel
def drift_engagement(engagement, norm, load, penalty, speed):
    """Move engagement a part of the way to its norm, which overload lowers; all are (person,).

    Args:
        load: hours asked over hours available. penalty: by how much the norm falls for each unit of load above 1.
    """
    for i in range(engagement.shape[0]):
        overload = max(ZERO, load[i] - ONE)
        wanted = max(ZERO, norm[i] - overload * penalty)
        moved = engagement[i] + (wanted - engagement[i]) * speed
        engagement[i] = min(max(moved, ZERO), ONE)
