from harness import PolicyHarness


class TestHarness(PolicyHarness):
    kind = "incentives"
    lively = ({"weight": 0.7},)
    zeros = (*PolicyHarness.zeros, {"weight": 0})
