"""reporting: what was promised and what is true.

owns   report obligations: what each unit owes by when, what it handed in, and who accepted it
hears  members (areas, memberships, growth targets), funds (funds established), otop (producers applied), itself
says   obligation events; a submission carries the board's figures and the position vector of them
keeps  its commits; the board, as of any business date; due lists, whose statuses are computed as of a day
"""
