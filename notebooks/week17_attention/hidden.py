"""Hidden cases of week 17 and the studio's judge: they stay with the grader."""
