from harness import PolicyHarness


class TestHarness(PolicyHarness):
    kind = "rotation"
    lively = (
        {"coverage": 0.6, "cadence": 2, "stay_weeks": 1, "rest_weeks": 0, "hours": 8},
        {"coverage": 0.5, "cadence": 3, "permanent": True, "host": "greatest_need"},
    )
