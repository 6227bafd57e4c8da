module stub

go 1.24
