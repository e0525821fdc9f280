"""What is kept about people from week to week: whether it still holds, and who belongs to which department."""

from sim.kernels.jit import kernel


@kernel
def differ(now, seen):
    """Whether two integer arrays (person,) differ anywhere; without an early end, so that it runs at memory's speed."""
    differing = now[0] ^ now[0]
    for i in range(now.shape[0]):
        differing |= now[i] ^ seen[i]
    return differing != now[0] ^ now[0]


@kernel
def group_by_department(home, people, first, members):
    """Everybody by world and home department, in order of rows: members[first[d]:first[d + 1]].

    Args:
        home: home department of each row (person,). people: head count of one world.
        first: zeros, written, flat over (world, department), and one more. members: rows (person,), written.
    """
    departments = (first.shape[0] - 1) // (home.shape[0] // people)
    for i in range(home.shape[0]):
        first[i // people * departments + home[i] + 1] += 1
    for d in range(first.shape[0] - 1):
        first[d + 1] += first[d]
    for i in range(home.shape[0]):
        d = i // people * departments + home[i]
        members[first[d]] = i
        first[d] += 1
    for d in range(first.shape[0] - 1, 0, -1):
        first[d] = first[d - 1]
    first[0] = 0


@kernel
def count_by_department(among, home, people, counts):
    """Count some people by world and home department: `among` is a mask (person,), `counts` (world, department)."""
    for world in range(counts.shape[0]):
        for i in range(world * people, (world + 1) * people):
            counts[world, home[i]] += among[i]


@kernel
def all_exist(rows, people):
    """Whether all of some rows are among the first `people`."""
    missing = 0
    for n in range(rows.shape[0]):
        missing += rows[n] < 0 or rows[n] >= people
    return missing == 0


@kernel
def count_by_world(rows, people, counts):
    """Count some rows (row,), repeats too, into `counts` (world,); False and nothing done where one is nobody."""
    if not all_exist(rows, people * counts.shape[0]):
        return False
    for n in range(rows.shape[0]):
        counts[rows[n] // people] += 1
    return True


@kernel
def add_hours(rows, hours, total):
    """Add hours for each of some rows (row,), repeats too, to `total` (person,); False, and nothing done, likewise."""
    if not all_exist(rows, total.shape[0]):
        return False
    for n in range(rows.shape[0]):
        total[rows[n]] += hours
    return True
