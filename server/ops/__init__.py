"""Operation of the server: the ASGI bridge, the headers of every response, and the warm-up of caches.

In: requests from the network and responses of the views. Out: responses with their final headers.
"""
