"""Tests of the policies; a package, so that its file names may recur elsewhere."""

import pytest

pytest.register_assert_rewrite("harness")
