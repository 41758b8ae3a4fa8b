-- The same actions where Neovim (0.12) shows the text itself.
local client = require('codeassist.client')
local text = require('codeassist.text')

local M = {}

--- Lets Neovim show what this server suggests.
function M.enable(on, id)
  vim.lsp.inline_completion.enable(on, { client_id = id })
end

--- Puts a part of an item into the buffer. What is left, the server says again at the new place.
local function insert(item, kind)
  local row, column = unpack(vim.api.nvim_win_get_cursor(0))
  local line = vim.api.nvim_get_current_line()
  local first, last = column, column
  if item.range then
    local start_row, start_column, end_row, end_column = item.range:to_extmark()
    if start_row ~= row - 1 or end_row ~= row - 1 then
      return
    end
    first, last = start_column, end_column
  end
  local rest, replaced = text.at_cursor(line, column, item.insert_text, first, last)
  if not rest then
    return
  end
  local part = text.part(rest, kind)
  local whole = part == rest
  local lines = vim.split(part, '\n', { plain = true })
  vim.api.nvim_buf_set_text(0, row - 1, column, row - 1, column + (whole and replaced or 0), lines)
  vim.api.nvim_win_set_cursor(0, { row + #lines - 1, #lines == 1 and column + #part or #lines[#lines] })
  local from = vim.lsp.get_client_by_id(item.client_id)
  if whole and item.command and from then
    client.execute(from, item.command)
  end
end

--- Takes 'all', a 'line' or a 'word' of what is shown. False if nothing is.
function M.accept(kind)
  return vim.lsp.inline_completion.get({
    on_accept = function(item)
      if type(item.insert_text) ~= 'string' then
        return item -- a snippet: Neovim's own way
      end
      insert(item, kind)
    end,
  })
end

--- Hides what is shown until the next change.
function M.dismiss()
  return vim.lsp.inline_completion.get({ on_accept = function() end })
end

--- Shows the next of several suggestions.
function M.next()
  vim.lsp.inline_completion.select()
end

return M
