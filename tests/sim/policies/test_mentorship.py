from harness import PolicyHarness


class TestHarness(PolicyHarness):
    kind = "mentorship"
    lively = (
        {"coverage": 0.7, "two_way": 0.3, "cadence": 1, "introductions": 1},
        {"coverage": 0.7, "mandatory": False, "direction": "peer", "boundary": "within"},
    )
