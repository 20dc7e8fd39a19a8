"""reporting: what was promised and what is true.

owns   nothing yet that others decide by: its write side (plans, runs, obligations) comes with its own issue
hears  members (areas, memberships, growth targets), funds (funds established), otop (producers applied)
says   nothing yet
keeps  the board: members by area, coverage of tambons, growth, funds and producers, as of any business date
"""
