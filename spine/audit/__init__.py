"""The second opinion: what a history claims, proved again by code that shares nothing with the code that wrote it.

Nothing of `change/`, `yamldoc/`, `records/`, `ledger/` or `repository/` is imported here: objects and reachability come
from GitPython, values from ruamel.yaml, differences from DeepDiff, and the formats of DESIGN §3 and §4 are read by
small readers of its own. (`from_plain` on the records would have spared these; but the records import the writer's
parser and operations, so that one misreading there would be shared by both opinions.)
"""
