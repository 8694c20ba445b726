"""Several threads that do the same at once."""

import threading


def at_once(count, work):
    """Call work() in so many threads, and wait for all of them."""
    workers = [threading.Thread(target=work) for _ in range(count)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
