"""How fast, how frugal and how complete is a sync, beside what others offer and its own goals?"""
