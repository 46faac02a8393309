"""The verbs. Pure functions over the nouns: text in, decision out; nothing here touches the outside."""
