"""What a child may be told to do with a document: read it, copy it with words to search, take it apart, draw it."""

import socket

from agent.adapters.reading.child import read_document
from agent.adapters.reading.finding import Order, Task


def run(order: Order, document: int, reply: socket.socket) -> None:
    match order.task:
        case Task.READ:
            read_document(order, document, reply)
        case Task.MAKE_SEARCHABLE:
            from agent.adapters.reading.searchable import (
                make_searchable,  # 15 MB that the fork server need not hold
            )

            make_searchable(order, document, reply)
        case Task.SPLIT:
            from agent.adapters.reading.splitting import split

            split(order, document, reply)
        case Task.DRAW:
            from agent.adapters.reading.drawing import draw

            draw(order, document, reply)
