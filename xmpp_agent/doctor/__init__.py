"""`portner doctor`: looks whether everything stands as it must, and says what it cannot know. Changes nothing."""

from xmpp_agent.doctor.examination import run as run
