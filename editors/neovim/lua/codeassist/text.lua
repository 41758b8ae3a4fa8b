-- Pure text: how much of a suggestion is taken, and how it looks. Columns are bytes.
local M = {}

-- White space, then one run of keyword characters or of other printable ones.
local WORD = [=[^\_s*\%(\k\+\|[^[:keyword:][:space:]]\+\)]=]

--- The part of `text` that 'all', 'line' or 'word' takes. A line that begins with the newline takes the next one whole.
function M.part(text, kind)
  if kind == 'line' then
    return text:match('^\n?[^\n]*')
  elseif kind == 'word' then
    local word = vim.fn.matchstr(text, WORD)
    return word ~= '' and word or text
  end
  return text
end

--- The suggestion as what follows the cursor: the text to put there and the bytes after the cursor that it replaces.
--- Nil where the item does not fit around the cursor. `first` and `last` are byte columns of its range in `line`.
function M.at_cursor(line, cursor, text, first, last)
  if first > cursor or last < cursor then
    return nil
  end
  local typed = line:sub(first + 1, cursor)
  if text:sub(1, #typed) ~= typed then
    return nil
  end
  text = text:sub(#typed + 1)
  local replaced = line:sub(cursor + 1, last)
  if replaced ~= '' and text:sub(-#replaced) == replaced then
    return text:sub(1, -#replaced - 1), 0 -- a closing bracket that is there already stays where it is
  end
  return text, #replaced
end

--- Tabs as the spaces they would take from screen column `column` on, which virtual text does not do by itself.
function M.expand(text, column)
  local parts = {}
  for part, tab in text:gmatch('([^\t]*)(\t?)') do
    local width = vim.fn.strdisplaywidth(part .. tab, column)
    parts[#parts + 1] = tab == '' and part or part .. (' '):rep(width - vim.fn.strdisplaywidth(part, column))
    column = column + width
  end
  return table.concat(parts)
end

return M
