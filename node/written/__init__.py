"""Operations as people and other programs write them: JSON, each field by its name.

Everything here follows from the types of the registry, so a new operation can be written as soon as
it is there. Read `kinds` (what may stand where), `expecting` (the same in words), `reading` (JSON
in, operations out, or an error that names the place), `writing` (the way back) and `examples` (a
template of each operation).
"""
