"""Things: of every aggregate on a desk its register (a list to filter, search, page and export), and a thing's own answer.

fund = desk.about(FUND, FundKey, "/v1/funds/{fund_id}", readers=PUBLIC, shows=fund_page)   # declares the routes
Service("funds", projections=(api.desk.view, …))                                           # what the list is read from
"""
