"""The phases of a week, each a function of the plan; `sim.plan` puts them in order.

All channels of learning read the mastery and the trust of the week's start and add to gains; only `learn` turns
gains into mastery.
"""
