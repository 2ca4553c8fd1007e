"""Query workers: SPARQL queries of clients, run in processes with limits on time and memory. It does not use Flask.

In: query requests, each with its client. Out: stored or streamed results, or an error with the reason. The other
processes of the server, which compute a part of an answer, are reached through sockets (`peer_processes`).
"""
