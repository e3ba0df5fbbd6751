"""Celery's side of the tests: does what each line of stdin asks for, and answers every one with a line."""

import json
import os
import sys
import time

from celery import Celery
from kombu import Queue

app = Celery("tests", broker=os.environ["BROKER_URL"])
app.conf.update(json.loads(os.environ["CELERY_SETTINGS"]))


@app.task(name="work")
def work(seconds=0):
    time.sleep(seconds)


def send(queue, tasks, options):
    with app.connection_for_write() as connection:
        # Being published to is what makes a queue; one without tasks is declared.
        if tasks == 0:
            Queue(queue, routing_key=queue).bind(connection.default_channel).declare()
        for _ in range(tasks):
            work.apply_async(queue=queue, connection=connection, **options)


if __name__ == "__main__":
    for line in sys.stdin:
        send(**json.loads(line))
        print("done", flush=True)
